import { SocketAddress } from 'node:net';

/** One entry of Node.js's text for subject alternative names. A value with special characters is a JSON string. */
const ENTRY = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy;

const KINDS = ['DNS', 'IP Address', 'URI', 'email'];

/** Whether a certificate has one of the names. DNS names, IP addresses, URIs and e-mail addresses must match exactly. */
export function hasAllowedName(subjectAltName: string | undefined, allowed: readonly string[]): boolean {
  const names = namesIn(subjectAltName ?? '');
  return allowed.some((name) => names.includes(canonical(name)));
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(ENTRY)]
    .filter(([, kind = '']) => KINDS.includes(kind))
    .map(([, , value = '']) => canonical(unquoted(value)));
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return '';
  }
}

/** Node.js writes IPv6 addresses without `::`. */
function canonical(name: string): string {
  return (name.includes(':') ? SocketAddress.parse(`[${name}]`)?.address : undefined) ?? name;
}
