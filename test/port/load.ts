/**
 * A hostile load as a process. Arguments: kind, number of connections, host, port. Each connection is renewed when it
 * ends. Writes a line once all of them have been established, and runs until it is killed.
 */
import { connect, type Socket } from 'node:net';
import { isLoadKind, type LoadKind } from './load-kinds.ts';

const [kind = '', count = '', host = '', port = ''] = process.argv.slice(2);
if (!isLoadKind(kind)) throw new Error(`no kind of load: ${kind}`);

const BATCH_BYTES = 64 * 1024;
/** Renewal of connections that are meant to stay. */
const RENEW_MS = 1_000;
const MAX_RESET_DELAY_MS = 20;

function requestOf(path: string, method = 'GET'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

/** Writes as many requests as the peer accepts. */
function sendEndlessly(socket: Socket, request: string): void {
  const batch = Buffer.from(request.repeat(Math.ceil(BATCH_BYTES / request.length)));
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
  'pipelined-metrics': (socket) => sendEndlessly(socket.resume(), requestOf('/metrics')),
  'pipelined-healthy': (socket) => sendEndlessly(socket.resume(), requestOf('/-/healthy')),
  'pipelined-404': (socket) => sendEndlessly(socket.resume(), requestOf('/x')),
  'pipelined-head': (socket) => sendEndlessly(socket.resume(), requestOf('/metrics', 'HEAD')),
  'unread-metrics': (socket) => sendEndlessly(socket, requestOf('/metrics')),
  'unread-healthy': (socket) => sendEndlessly(socket, requestOf('/-/healthy')),
  'unread-404': (socket) => sendEndlessly(socket, requestOf('/x')),
  'unread-head': (socket) => sendEndlessly(socket, requestOf('/metrics', 'HEAD')),
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
    const request = requestOf('/metrics');
    socket.write(request.slice(0, Math.random() * 2 * request.length));
    setTimeout(() => socket.resetAndDestroy(), Math.random() * MAX_RESET_DELAY_MS);
  },
  churn: (socket) => socket.resetAndDestroy(),
};

const behave = BEHAVIOURS[kind];
const isRenewedAtOnce = kind === 'reset' || kind === 'churn';
let established = 0;

function open(isFirst: boolean): void {
  const socket = connect(Number(port), host);
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // Fewer connections than asked for would be another load.
    if (error.code === 'EMFILE') throw error;
  });
  let isEstablished = !isFirst;
  socket.once('connect', () => {
    if (isFirst) established += 1;
    if (isFirst && established === Number(count)) process.stdout.write('established\n');
    isEstablished = true;
    behave(socket);
  });
  socket.once('close', () => {
    const next = () => open(!isEstablished);
    if (isRenewedAtOnce) setImmediate(next);
    else setTimeout(next, RENEW_MS * (0.5 + Math.random()));
  });
}

for (let index = 0; index < Number(count); index += 1) open(true);
