import type { OtlpOptions } from './otlp-exporter.ts';

/** Header values, the query and the path of the URL, and the credentials of the proxy. */
export function secretsOf({
  headers,
  url: { pathname, search, searchParams },
  proxy,
}: Pick<OtlpOptions, 'headers' | 'url' | 'proxy'>): readonly string[] {
  const credentials = proxy === undefined ? [] : credentialsOf(proxy.url);
  // Without the segments of OTLP's default path, which also occur in ordinary messages.
  const path = pathname.split('/').filter((part) => part !== 'v1' && part !== 'metrics');
  return [...Object.values(headers), search.slice(1), ...searchParams.values(), ...path, ...credentials];
}

/** User and password of a proxy URL, both percent-encoded and decoded. */
function credentialsOf({ username, password }: URL): readonly string[] {
  return [username, password].flatMap((secret) => [secret, decodeURIComponent(secret)]);
}
