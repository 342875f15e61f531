import { createPortSecurity, type PortSecurity, SECURITY_REJECTIONS } from '../instrumentation/http/port-security.ts';
import type { WebConfig } from './config/web-config.ts';
import type { Logger } from './log/logger.ts';
import type { Transitions } from './log/transitions.ts';
import { messageOf } from './text/printable.ts';
import { createWebConfigReload } from './web-config-reload.ts';

/** The access control of the port. Changes to the web configuration file apply without a restart. */
export function startPortSecurity(webConfig: WebConfig, logger: Logger, transitions: Transitions): PortSecurity {
  const reload = createWebConfigReload(webConfig, {
    logger,
    transitions,
    apply: (settings) => security.update(settings),
  });
  const security = createPortSecurity(webConfig.settings, {
    refresh: () => reload.refresh(),
    onChecked: () => transitions.ok('password_check'),
    onCheckFailed: (error) =>
      transitions.failing('password_check', 'worker', `passwords cannot be checked: ${messageOf(error)}`),
  });
  return security;
}

export { SECURITY_REJECTIONS };
