import { stat } from 'node:fs/promises';
import type { SecuritySettings } from '../instrumentation/http/port-security.ts';
import { readWebConfig, type WebConfig } from './config/web-config.ts';
import type { Logger } from './log/logger.ts';
import type { Transitions } from './log/transitions.ts';
import { messageOf } from './text/printable.ts';

export interface WebConfigReload {
  /** Checks for changes, at most once per second. Resolves when they apply, or after a short wait. Never rejects. */
  refresh(): Promise<void>;
}

export interface WebConfigReloadOptions {
  readonly apply: (settings: SecuritySettings) => void;
  readonly logger: Logger;
  readonly transitions: Transitions;
  /** Monotonic milliseconds. @default performance.now */
  readonly nowMs?: () => number;
}

const CHECK_INTERVAL_MS = 1_000;
/** A network file system may hang; the previous configuration then stays in use. */
const MAX_WAIT_MS = 250;

/** Reads the web configuration file and its certificates again when one of them has changed. */
export function createWebConfigReload(initial: WebConfig, options: WebConfigReloadOptions): WebConfigReload {
  const { apply, logger, transitions, nowMs = () => performance.now() } = options;
  let { files, settings } = initial;
  /** The state of the files when they were last read; undefined at first and after an error. */
  let seen: string | undefined;
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let isFirst = true;
  let isFailing = false;

  async function check(): Promise<void> {
    const versions = await versionsOf(files);
    if (versions === seen) return;
    const read = await readWebConfig(initial.path);
    const problem = problemOf(read);
    if (problem !== undefined || !('settings' in read)) {
      fail(problem);
      return;
    }
    apply(read.settings);
    seen = versions;
    ({ files, settings } = read);
    if (isFailing) transitions.ok('web_config');
    else if (!isFirst) logger.info('web_config_reloaded', 'reloaded the web configuration');
    isFailing = false;
    isFirst = false;
  }

  function fail(problem: unknown): void {
    seen = undefined;
    isFailing = true;
    const message = `cannot reload the web configuration, keeping the previous version: ${messageOf(problem)}`;
    transitions.failing('web_config', 'invalid', message);
  }

  function problemOf(read: Awaited<ReturnType<typeof readWebConfig>>): string | undefined {
    if ('unreadable' in read) return `the file ${read.unreadable}`;
    if ('errors' in read) return read.errors.join('; ');
    return restartReason(settings, read.settings);
  }

  return {
    async refresh() {
      const now = nowMs();
      if (running === undefined && now - checkedAtMs >= CHECK_INTERVAL_MS) {
        checkedAtMs = now;
        running = check()
          .catch(fail)
          .finally(() => {
            running = undefined;
          });
      }
      if (running !== undefined) await Promise.race([running, wait(MAX_WAIT_MS)]);
    },
  };
}

/** Why a change needs a restart. A file that is being written is empty or ends early, which must not open the port. */
function restartReason(previous: SecuritySettings, next: SecuritySettings): string | undefined {
  const needsCertificate = ({ tls }: SecuritySettings) => tls?.clientCertificates.startsWith('require') === true;
  if ((previous.tls === undefined) !== (next.tls === undefined)) {
    return 'TLS cannot be turned on or off without a restart';
  }
  if (previous.users.size > 0 && next.users.size === 0) return 'the last user cannot be removed without a restart';
  if (needsCertificate(previous) && !needsCertificate(next)) {
    return 'client certificates cannot become optional without a restart';
  }
  return undefined;
}

/** A text that changes when a file is written or replaced. */
async function versionsOf(files: readonly string[]): Promise<string> {
  const versions = files.map(async (file) => {
    try {
      const { mtimeMs, ctimeMs, size, ino } = await stat(file);
      return [mtimeMs, ctimeMs, size, ino].join();
    } catch {
      return 'missing';
    }
  });
  return (await Promise.all(versions)).join(';');
}

/** Does not keep the process alive. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
