const LOOPBACK = { ipv4: '127.0.0.1', ipv6: '::1' } as const;

/** `http://host:port`, with brackets around IPv6. */
export function httpOrigin(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The hosts under which a server that listens on `host` is reached from its own machine, in the order to try them. */
export function clientHosts(host: string): readonly string[] {
  if (host === 'localhost') return [LOOPBACK.ipv4, LOOPBACK.ipv6];
  const authority = host.includes(':') ? `[${host}]` : host;
  const canonical = URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`).hostname : host;
  if (canonical === '0.0.0.0') return [LOOPBACK.ipv4];
  // A socket on :: takes both protocols, and a container may have no IPv6 loopback.
  if (canonical === '[::]') return [LOOPBACK.ipv6, LOOPBACK.ipv4];
  return [host];
}

/** What to show to a person as the address of a server: a wildcard is no address to open. */
export function shownOrigin(host: string, port: number): string {
  const isWildcard = host !== 'localhost' && clientHosts(host)[0] !== host;
  return httpOrigin(isWildcard ? 'localhost' : host, port);
}
