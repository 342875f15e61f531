import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';

/** Both loopback addresses. Where /etc/hosts gives `localhost` just one of them, clients may still use the other. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** The host has no such address, or not even the protocol (IPv6 switched off). */
const NO_SUCH_ADDRESS: readonly (string | undefined)[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

const PORT_ZERO_ATTEMPTS = 5;

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @returns an Error with the code `listen_failed` that says what to change. */
function listenError(host: string, port: number, cause: unknown): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is already in use; choose another one with --exporter-port (EXPORTER_PORT)`,
    EACCES: `port ${port} requires a privilege; use a port from 1024 on`,
    EADDRNOTAVAIL: `${host} is not an address of this machine`,
    EAFNOSUPPORT: `${host} is not an address of this machine`,
    ENOTFOUND: `the name ${host} has no address`,
    EAI_AGAIN: `the name ${host} cannot be resolved`,
  };
  const reason = reasons[codeOf(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause));
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return Object.assign(new Error(`cannot listen on ${authority}: ${reason}`, { cause }), { code: 'listen_failed' });
}

/** Resolves with the port, rejects with Node's own error. */
function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Listens on every loopback address that exists, all with one port; on none when one of them is taken. */
async function listenOnLoopback(create: () => Server, port: number): Promise<Listening> {
  const servers: Server[] = [];
  let samePort = port;
  let missing: unknown;
  for (const address of LOOPBACK) {
    const server = create();
    try {
      samePort = await listenOn(server, address, samePort);
      servers.push(server);
    } catch (error) {
      if (!NO_SUCH_ADDRESS.includes(codeOf(error))) {
        for (const open of servers) open.close();
        throw error;
      }
      missing = error;
    }
  }
  if (servers.length === 0) throw missing;
  return { servers, port: samePort };
}

/** On `::` every address of both protocols; where the machine has no IPv6, all that it has. */
async function listenOnAddress(create: () => Server, host: string, port: number): Promise<Listening> {
  const server = create();
  try {
    return { servers: [server], port: await listenOn(server, host, port) };
  } catch (error) {
    if (!isAnyIPv6(host) || !NO_SUCH_ADDRESS.includes(codeOf(error))) throw error;
    return listenOnAddress(create, '0.0.0.0', port);
  }
}

/** `::` in any of its spellings. */
function isAnyIPv6(host: string): boolean {
  return isIPv6(host) && new URL(`http://[${host}]`).hostname === '[::]';
}

/** The sockets that are open now: one server for each address. */
export interface Listening {
  readonly servers: readonly Server[];
  readonly port: number;
}

/**
 * Listens on `host` and `port` (0: any free one) with servers made by `create`. `localhost` means every loopback address,
 * `::` every address of both protocols (of IPv4 where there is no IPv6), any other name the first address that it has.
 *
 * @throws an Error with the code `listen_failed`; its message names host, port and reason, its cause is Node's error.
 */
export async function listen(create: () => Server, host: string, port: number): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (host === 'localhost') return await listenOnLoopback(create, port);
      return await listenOnAddress(create, host, port);
    } catch (error) {
      // A port that is free on one loopback address may be taken on the other; with port 0 there are more to try.
      const isWorthAnother = port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < PORT_ZERO_ATTEMPTS;
      if (!isWorthAnother) throw listenError(host, port, error);
    }
  }
}
