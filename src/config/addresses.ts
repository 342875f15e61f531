import { isIP } from 'node:net';
import type { Parsed, Parser } from './option.ts';

const OTLP_METRICS_PATH = '/v1/metrics';
const HTTP_URL = 'must be an http:// or https:// URL';

function httpUrl(text: string): Parsed<URL> {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return url === null ? { error: HTTP_URL } : { value: url };
}

const hasCredentials = (url: URL) => url.username !== '' || url.password !== '';

/** A base URL to which fixed paths are appended, without a trailing slash. */
export const baseUrl: Parser<URL> = (text) => {
  const parsed = httpUrl(text);
  if ('error' in parsed) return parsed;
  if (hasCredentials(parsed.value)) return { error: 'must be a URL without user and password' };
  if (text.includes('?') || text.includes('#')) return { error: 'must be a URL without query and fragment' };
  parsed.value.pathname = parsed.value.pathname.replace(/\/+$/, '');
  const [document] = /\/task(\/stats)?$/.exec(parsed.value.pathname) ?? [];
  return document === undefined ? parsed : { error: `must be the base URL, without ${document}` };
};

function otlpUrl(text: string, pathFor: (path: string) => string): Parsed<URL> {
  const parsed = httpUrl(text);
  if ('error' in parsed) return parsed;
  if (hasCredentials(parsed.value)) {
    return { error: 'must be a URL without user and password; send credentials in OTEL_EXPORTER_OTLP_HEADERS' };
  }
  if (text.includes('#')) return { error: 'must be a URL without fragment' };
  parsed.value.pathname = pathFor(parsed.value.pathname);
  return parsed;
}

const appended = (path: string) => path.replace(/\/+$/, '') + OTLP_METRICS_PATH;

/** OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: used unchanged. */
export const otlpMetricsEndpoint: Parser<URL> = (text) => otlpUrl(text, (path) => path);

/**
 * OTEL_EXPORTER_OTLP_ENDPOINT: `/v1/metrics` is always appended
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp).
 */
export const otlpEndpoint: Parser<URL> = (text) => otlpUrl(text, appended);

/** The flag: `/v1/metrics` is appended unless the path ends with it. */
export const otlpEndpointFlag: Parser<URL> = (text) =>
  otlpUrl(text, (path) => (path.endsWith(OTLP_METRICS_PATH) ? path : appended(path)));

/**
 * Percent-encodes the characters that RFC 3986 does not allow in a path or query but URL keeps. AWS's signers differ in how they
 * sign them.
 */
export function percentEncoded(url: URL): URL {
  const encoded = new URL(url);
  encoded.pathname = url.pathname.replace(RAW_CHARACTERS, encodeURIComponent);
  encoded.search = url.search.replace(RAW_CHARACTERS, encodeURIComponent);
  return encoded;
}

const RAW_CHARACTERS = /[[\]\\^`{|}]/g;

/** The URL of a proxy. As in curl, the scheme may be omitted. */
export const proxyUrl: Parser<URL> = (text) => {
  const parsed = httpUrl(text.includes('://') ? text : `http://${text}`);
  if ('value' in parsed && hasDecodableCredentials(parsed.value)) return parsed;
  return {
    error: `${HTTP_URL}, with user and password percent-encoded; to bypass the proxy, list the receiver in NO_PROXY`,
  };
};

/** Node.js decodes user and password, and throws on an invalid `%` sequence. */
function hasDecodableCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}${password}`);
    return true;
  } catch {
    return false;
  }
}

/** `http://host:port`, with brackets around IPv6. */
export function httpOrigin(host: string, port: number): string {
  return `http://${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Matches the host of a URL: loopback, link-local, and AWS's own endpoints over IPv6 (fd00:ec2::/32). */
const LOCAL_ADDRESS = /^(?:127\.|169\.254\.|\[::1\]$|\[fe[89ab][0-9a-f]:|\[fd00:ec2:)/;

/** Whether the host of a URL is localhost, or an address that is loopback or link-local. Other names are not resolved. */
export function isLocalHost({ hostname }: URL): boolean {
  if (/^(?:.+\.)?localhost\.?$/.test(hostname)) return true;
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 && LOCAL_ADDRESS.test(hostname);
}

const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const;

/** The hosts at which a server that listens on `host` is reachable from its own machine, in the order to try them. */
export function clientHosts(host: string): readonly string[] {
  if (host === 'localhost') return [LOOPBACK.ipv4, LOOPBACK.ipv6];
  const canonical = URL.parse(`http://${bracketed(host)}`)?.hostname ?? host;
  if (canonical === '0.0.0.0') return [LOOPBACK.ipv4];
  // A socket on :: accepts both protocols, and a container may have no IPv6 loopback.
  if (canonical === '[::]') return [LOOPBACK.ipv6, LOOPBACK.ipv4];
  return [host];
}

/** The origin of a server for display: localhost instead of a wildcard address, which cannot be opened in a browser. */
export function displayOrigin(host: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  const isWildcard = host !== 'localhost' && clientHosts(host)[0] !== host;
  return httpOrigin(isWildcard ? 'localhost' : host, port).replace('http', scheme);
}
