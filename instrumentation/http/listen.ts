import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';

/** Both loopback addresses: clients may use either, even if /etc/hosts maps `localhost` to only one. */
const LOOPBACK = ['127.0.0.1', '::1'];

/** The host lacks the address, or the protocol (IPv6 is disabled). */
const NO_SUCH_ADDRESS: readonly (string | undefined)[] = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'];

/** Queue of connections to accept. If it is full, Linux drops a client's SYN, which is sent again after a second. Node's default is 511. */
const BACKLOG = 4_096;

const PORT_ZERO_ATTEMPTS = 5;

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @returns an Error with the code `listen_failed`, whose message names host, port, reason and remedy. */
function listenError(host: string, port: number, cause: unknown): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is already in use; choose another one with --exporter-port (EXPORTER_PORT)`,
    EACCES: `port ${port} requires elevated privileges; use port 1024 or higher`,
    EADDRNOTAVAIL: `${host} is not an address of this machine`,
    EAFNOSUPPORT: `${host} is not an address of this machine`,
    ENOTFOUND: `the host name ${host} has no address`,
    EAI_AGAIN: `the host name ${host} cannot be resolved`,
  };
  const reason = reasons[codeOf(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause));
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return Object.assign(new Error(`cannot listen on ${authority}: ${reason}`, { cause }), { code: 'listen_failed' });
}

/** Resolves with the port, rejects with Node's error. */
function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Listens on every existing loopback address with the same port, or on none if the port is in use on one of them. */
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

/** For `::`, all addresses of both protocols; without IPv6, all IPv4 addresses. */
async function listenOnAddress(create: () => Server, host: string, port: number): Promise<Listening> {
  const server = create();
  try {
    return { servers: [server], port: await listenOn(server, host, port) };
  } catch (error) {
    if (!isAnyIPv6(host) || !NO_SUCH_ADDRESS.includes(codeOf(error))) throw error;
    return listenOnAddress(create, '0.0.0.0', port);
  }
}

/** `::` in any spelling. */
function isAnyIPv6(host: string): boolean {
  return isIPv6(host) && new URL(`http://[${host}]`).hostname === '[::]';
}

/** One listening server per address. */
export interface Listening {
  readonly servers: readonly Server[];
  readonly port: number;
}

/**
 * Listens on `host` and `port` (0: any free port) with servers made by `create`. `localhost` means all loopback addresses,
 * `::` all addresses of both protocols (of IPv4 without IPv6), and any other name its first address.
 *
 * @throws an Error with the code `listen_failed`; its message names host, port and reason, its cause is Node's error.
 */
export async function listen(create: () => Server, host: string, port: number): Promise<Listening> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (host === 'localhost') return await listenOnLoopback(create, port);
      return await listenOnAddress(create, host, port);
    } catch (error) {
      // A port that is free on one loopback address may be in use on the other; with port 0, try another.
      const isWorthAnother = port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < PORT_ZERO_ATTEMPTS;
      if (!isWorthAnother) throw listenError(host, port, error);
    }
  }
}
