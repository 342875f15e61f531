/**
 * An OTLP receiver and a metadata endpoint that answer in chunks of one byte. The parent sends a mode; the first message to
 * the parent is the port.
 */
import { createServer, type Socket } from 'node:net';
import { honest } from './absurd-documents.ts';

export type CrumbsMode = 'whole' | 'crumbs' | 'large crumbs' | 'informational';

let mode: CrumbsMode = 'whole';
process.on('message', (next: CrumbsMode) => {
  mode = next;
});
process.once('disconnect', () => process.exit());

const CHUNKS_PER_WRITE = 10_000;
/** Above the limit for the answer of a receiver. */
const LARGE_ANSWER_BYTES = 1_000_000;
const LARGE_DOCUMENT_BYTES = 100_000;
const CHUNKED = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';

/** Chunks of one byte each, as fast as the client reads. */
function sendCrumbs(socket: Socket, body: string): void {
  socket.write(CHUNKED);
  let at = 0;
  const send = (): void => {
    const part = body.slice(at, at + CHUNKS_PER_WRITE);
    at += part.length;
    if (part === '') return void socket.write('0\r\n\r\n');
    socket.write([...part].map((byte) => `1\r\n${byte}\r\n`).join(''), () => setImmediate(send));
  };
  send();
}

function sendInformational(socket: Socket): void {
  socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000), () => setImmediate(() => sendInformational(socket)));
}

function documentOf(path: string): string {
  const { task, stats } = honest(0, Date.now());
  const document = path.endsWith('/stats') ? stats : task;
  return JSON.stringify(
    mode === 'large crumbs' ? { ...Object(document), padding: 'x'.repeat(LARGE_DOCUMENT_BYTES) } : document,
  );
}

function answer(socket: Socket, method: string, path: string): void {
  const isReceiver = method === 'POST';
  const receiverBody = mode === 'large crumbs' ? ' '.repeat(LARGE_ANSWER_BYTES) : `{}${' '.repeat(60_000)}`;
  const body = isReceiver ? receiverBody : documentOf(path);
  if (mode === 'informational' && isReceiver) sendInformational(socket);
  else if (mode !== 'whole') sendCrumbs(socket, body);
  else
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}

/** Reads requests without a parser of Node.js, which would also be a part of what is tested. */
const server = createServer((socket) => {
  let received = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = received.toString('latin1', 0, headEnd);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    if (received.length < headEnd + 4 + length) return;
    received = received.subarray(headEnd + 4 + length);
    const [method = '', path = ''] = head.split(' ');
    answer(socket, method, path);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
