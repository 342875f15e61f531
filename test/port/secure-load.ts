/**
 * A hostile load on a port with TLS and passwords, as a process. Arguments: kind, number of connections (or of logins per
 * second), host, port. Writes a line once it has begun, and runs until it is killed.
 */
import { Agent, request } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export const SECURE_LOADS = [
  /** Connects and sends nothing. */
  'silent',
  /** Sends half a ClientHello. */
  'half-hello',
  /** Completes the handshake and sends nothing. */
  'idle',
  /** Completes the handshake, sends part of a request and resets the connection. */
  'churn',
  /** Sends plain HTTP requests. */
  'plain',
  /** Sends requests with wrong passwords, each another one. */
  'wrong-logins',
] as const;
export type SecureLoad = (typeof SECURE_LOADS)[number];

const [kind = '', count = '', host = '', port = ''] = process.argv.slice(2);
const where = { host, port: Number(port), rejectUnauthorized: false };

const HELLO = Buffer.from('16030100c8010000c40303', 'hex');
const RENEW_MS = 200;

const open: Readonly<Record<string, () => Socket>> = {
  silent: () => connectTcp(where),
  'half-hello': () => {
    const socket = connectTcp(where, () => socket.write(HELLO));
    return socket;
  },
  idle: () => connectTls(where),
  churn: () => {
    const socket = connectTls(where, () => {
      socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n');
      setImmediate(() => socket.destroy());
    });
    return socket;
  },
  plain: () => {
    const socket = connectTcp(where, () => socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'));
    return socket;
  },
};

function keepOpen(connect: () => Socket): void {
  const socket = connect();
  socket.resume();
  socket.on('error', () => {});
  socket.once('close', () => setTimeout(() => keepOpen(connect), RENEW_MS));
}

function sendLogins(perSecond: number): void {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const statuses = new Map<number, number>();
  let sent = 0;
  const isLate = () => Object.values(agent.requests).some((waiting) => (waiting?.length ?? 0) > perSecond);
  setInterval(() => {
    if (isLate()) return;
    sent += 1;
    const outgoing = request({ ...where, agent, path: '/metrics', auth: `prometheus:wrong-${sent}` }, (response) => {
      const { statusCode = 0 } = response;
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      response.resume();
    });
    outgoing.on('error', () => {});
    outgoing.end();
  }, 1_000 / perSecond);
  // The test reads the last line.
  setInterval(() => process.stdout.write(`${JSON.stringify(Object.fromEntries(statuses))}\n`), 500);
}

const connect = open[kind];
if (kind === 'wrong-logins') sendLogins(Number(count));
else if (connect === undefined) throw new Error(`no kind of load: ${kind}`);
else for (let index = 0; index < Number(count); index += 1) keepOpen(connect);
process.stdout.write('begun\n');
