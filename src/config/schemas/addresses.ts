import { isIPv6 } from 'node:net';
import type { TextSchema } from '../option.ts';
import { type Parsed, parsedBy } from './numbers.ts';

const OTLP_METRICS_PATH = '/v1/metrics';

function httpUrl(text: string): Parsed<URL> {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return { wrong: 'must be an http:// or https:// address' };
  return { value: url };
}

const hasCredentials = (url: URL) => url.username !== '' || url.password !== '';

/** A base address to which fixed paths are appended: no slash at its end, except as the whole path. */
export const baseUrl: TextSchema<URL> = parsedBy((text) => {
  const parsed = httpUrl(text);
  if ('wrong' in parsed) return parsed;
  if (hasCredentials(parsed.value)) return { wrong: 'must be an address without user and password' };
  if (text.includes('?') || text.includes('#')) return { wrong: 'must be an address without query and fragment' };
  parsed.value.pathname = parsed.value.pathname.replace(/\/+$/, '');
  return parsed;
});

function otlpUrl(text: string, pathFor: (path: string) => string): Parsed<string> {
  const parsed = httpUrl(text);
  if ('wrong' in parsed) return parsed;
  if (hasCredentials(parsed.value)) {
    return { wrong: 'must be an address without user and password: send them in OTEL_EXPORTER_OTLP_HEADERS' };
  }
  if (text.includes('#')) return { wrong: 'must be an address without fragment' };
  parsed.value.pathname = pathFor(parsed.value.pathname);
  return { value: parsed.value.href };
}

const appended = (path: string) => path.replace(/\/+$/, '') + OTLP_METRICS_PATH;

/** OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: posted to as it is. */
export const otlpAddressAsIs: TextSchema<string> = parsedBy((text) => otlpUrl(text, (path) => path));

/**
 * OTEL_EXPORTER_OTLP_ENDPOINT: `/v1/metrics` is always appended
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp).
 */
export const otlpBase: TextSchema<string> = parsedBy((text) => otlpUrl(text, appended));

/** The flag: a base as well, but a full address is understood too. */
export const otlpBaseOrAddress: TextSchema<string> = parsedBy((text) =>
  otlpUrl(text, (path) => (path.endsWith(OTLP_METRICS_PATH) ? path : appended(path))),
);

/** A host name or IP address; IPv6 with or without brackets, given back without. */
export const hostName: TextSchema<string> = parsedBy((text) => {
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  const isName = bare === text && /^[a-z0-9_](?:[a-z0-9_.-]{0,252})$/i.test(bare);
  return isName || isIPv6(bare)
    ? { value: bare }
    : { wrong: 'must be a host name or an IP address, without scheme and port' };
});

/** A Unix socket: its path, or `unix://` and its path as Datadog's libraries have it. */
export const socketPath: TextSchema<string> = parsedBy((text) => {
  const path = text.replace(/^unix:(?:\/\/)?/, '');
  return path.startsWith('/') ? { value: path } : { wrong: 'must be the absolute path of a Unix socket' };
});
