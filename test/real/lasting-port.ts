import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 10_000;
const ATTEMPTS = 100;

/**
 * A TCP port outside the ephemeral range, so that it stays free while its server is down: otherwise another connection, even
 * that of the client under test, could use it as its local port.
 *
 * @throws if there is no port outside the range, or all tried ports are in use.
 */
export async function lastingPort(): Promise<number> {
  const range = handedOut();
  const ports = Number.parseInt(range, 10) - LOWEST;
  for (let attempt = 0; ports > 0 && attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * ports);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${LOWEST} on that the kernel does not hand out (${range.trim()})`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The ephemeral port range of the kernel; on other systems than Linux, that of IANA. */
function handedOut(): string {
  const path = '/proc/sys/net/ipv4/ip_local_port_range';
  return existsSync(path) ? readFileSync(path, 'utf8') : '49152 65535';
}
