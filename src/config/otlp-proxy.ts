import type { OtlpConfig } from './config.ts';
import { OPTIONS } from './options.ts';
import { problemWith } from './problem.ts';
import type { Settings } from './settings.ts';

/**
 * The proxy for an address, from the variables that every program of a container may have. Only the variable that counts
 * for this address is checked: the other ones are for others.
 *
 * @returns undefined where none is set, and for a receiver on this machine, which no proxy can reach.
 */
export function resolveProxy(settings: Settings, url: string): OtlpConfig['proxyEnv'] {
  const { protocol, hostname } = new URL(url);
  if (isLoopback(hostname)) return undefined;
  const [name, option] =
    protocol === 'https:'
      ? (['HTTPS_PROXY', OPTIONS.httpsProxy] as const)
      : (['HTTP_PROXY', OPTIONS.httpProxy] as const);
  const proxy = settings.given(option);
  if (proxy === undefined) return undefined;
  const noProxy = settings.given(OPTIONS.noProxy);
  // Without a scheme as curl takes it.
  const address = proxy.value.includes('://') ? proxy.value : `http://${proxy.value}`;
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    const wrong = 'must be an http:// or https:// address; NO_PROXY names the receivers that are reached without it';
    settings.report(problemWith('invalid_value', option, proxy.source, wrong));
    return undefined;
  }
  return { [name]: address, ...(noProxy && { NO_PROXY: noProxy.value }) };
}

/** `localhost`, and every address of this machine alone. */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
