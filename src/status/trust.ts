import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Client } from '../../instrumentation/http/router.ts';

/** Headers of proxies, which can connect from loopback for clients from elsewhere. */
const PROXY_HEADER = /^(?:x-forwarded-|x-real-ip$|x-envoy-|forwarded$|via$)/;

/**
 * Whether a client may see the log and the configuration: a client with a password or a verified certificate, or a local one.
 * The Host header of a local client must be an address or `localhost`, because a web site can resolve its own name to 127.0.0.1
 * and read the response in the visitor's browser (DNS rebinding). nginx adds no header, but uses HTTP/1.0 by default.
 */
export function isTrusted(
  client: Client,
  { headers, httpVersion }: Pick<IncomingMessage, 'headers' | 'httpVersion'>,
): boolean {
  if (client.isAuthenticated) return true;
  if (!client.isLoopback || httpVersion === '1.0' || !isLocalName(headers.host ?? '')) return false;
  return !Object.keys(headers).some((name) => PROXY_HEADER.test(name));
}

/** Without the port. */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  if (name.startsWith('[') && name.endsWith(']')) return isIP(name.slice(1, -1)) === 6;
  return isIP(name) === 4 || name === 'localhost' || name.endsWith('.localhost');
}
