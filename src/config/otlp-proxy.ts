import type { OtlpConfig } from './config.ts';
import { OPTIONS } from './options.ts';
import { problemWith } from './problem.ts';
import type { Settings } from './settings.ts';

/**
 * The proxy for an address, from the standard variables. Only the variable for the scheme of the address is validated: the
 * other one may be meant for other programs.
 *
 * @returns undefined if none is set, and for a loopback address, which a proxy cannot reach.
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
  // curl accepts an address without a scheme, too.
  const address = proxy.value.includes('://') ? proxy.value : `http://${proxy.value}`;
  if (!/^https?:\/\//i.test(address) || !hasDecodableCredentials(address)) {
    const wrong =
      'must be an http:// or https:// address, with %25 for a % in its password; NO_PROXY names the receivers that are reached without it';
    settings.report(problemWith('invalid_value', option, proxy.source, wrong));
    return undefined;
  }
  return { [name]: address, ...(noProxy && { NO_PROXY: noProxy.value }) };
}

/** Node.js decodes user and password, and throws at a `%` that begins no code. False for a text that is no address, too. */
function hasDecodableCredentials(address: string): boolean {
  try {
    const { username, password } = new URL(address);
    decodeURIComponent(`${username}${password}`);
    return true;
  } catch {
    return false;
  }
}

/** `localhost` and its subdomains, 127.0.0.0/8 and ::1. */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
