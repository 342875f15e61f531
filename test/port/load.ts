/**
 * One kind of hostile load, as a process. Arguments: kind, number of connections, host, port. Writes a line once every
 * connection has been attempted, and runs until it is killed.
 */
import { connect, type Socket } from 'node:net';
import { isLoadKind, type LoadKind } from './load-kinds.ts';

const [kind = '', count = '', host = '', port = ''] = process.argv.slice(2);
if (!isLoadKind(kind)) throw new Error(`no kind of load: ${kind}`);

const BATCH_BYTES = 64 * 1024;

function repeated(request: string): Buffer {
  return Buffer.from(request.repeat(Math.ceil(BATCH_BYTES / request.length)));
}

function requestOf(path: string, method = 'GET'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

/** Writes `batch` as often as the peer accepts it. */
function sendEndlessly(socket: Socket, batch: Buffer): void {
  const send = () => {
    if (!socket.destroyed) socket.write(batch, () => setImmediate(send));
  };
  send();
}

function everySecond(socket: Socket, act: () => void): void {
  const timer = setInterval(act, 1_000);
  socket.once('close', () => clearInterval(timer));
}

const BEHAVIOURS: Readonly<Record<LoadKind, (socket: Socket) => void>> = {
  'pipelined-metrics': (socket) => sendEndlessly(socket.resume(), repeated(requestOf('/metrics'))),
  'pipelined-healthy': (socket) => sendEndlessly(socket.resume(), repeated(requestOf('/-/healthy'))),
  'pipelined-404': (socket) => sendEndlessly(socket.resume(), repeated(requestOf('/x'))),
  'pipelined-head': (socket) => sendEndlessly(socket.resume(), repeated(requestOf('/metrics', 'HEAD'))),
  'unread-metrics': (socket) => sendEndlessly(socket, repeated(requestOf('/metrics'))),
  'unread-healthy': (socket) => sendEndlessly(socket, repeated(requestOf('/-/healthy'))),
  'unread-404': (socket) => sendEndlessly(socket, repeated(requestOf('/x'))),
  'unread-head': (socket) => sendEndlessly(socket, repeated(requestOf('/metrics', 'HEAD'))),
  silent: (socket) => socket.resume(),
  half: (socket) => socket.resume().write('GET /metrics HTTP/1.1\r\nHost: a\r\nX-a: '),
  drip: (socket) => {
    socket.resume().write('GET /metrics HTTP/1.1\r\nX-a: ');
    everySecond(socket, () => socket.write('x'));
  },
  'slow-reader': (socket) => {
    socket.write(requestOf('/metrics'));
    everySecond(socket, () => socket.read(1));
  },
  reset: (socket) => {
    socket.write(requestOf('/metrics').slice(0, Math.random() * 60));
    setTimeout(() => socket.resetAndDestroy(), Math.random() * 20);
  },
  churn: (socket) => socket.resetAndDestroy(),
};

/** Kinds that reconnect at once; the others wait a second, so that they hold connections and do not make them. */
const AT_ONCE: readonly LoadKind[] = ['reset', 'churn'];

let attempted = 0;

function open(): void {
  const socket = connect(Number(port), host);
  const attempt = once(() => {
    attempted += 1;
    if (attempted === Number(count)) process.stdout.write('attempted\n');
  });
  socket.on('error', attempt);
  socket.once('connect', () => {
    attempt();
    BEHAVIOURS[kind as LoadKind](socket);
  });
  socket.once('close', () => {
    if (AT_ONCE.includes(kind as LoadKind)) setImmediate(open);
    else setTimeout(open, 500 + Math.random() * 1_000);
  });
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

for (let index = 0; index < Number(count); index += 1) open();
