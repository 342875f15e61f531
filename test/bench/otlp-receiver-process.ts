/**
 * An OTLP/HTTP receiver in a separate process. Sends its address and the number of exports to its parent, and the last
 * export on request.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { FromReceiver } from './otlp-receiver.ts';

function send(message: FromReceiver): void {
  process.send?.(message);
}

function createCount() {
  let exports = 0;
  let last: Buffer = Buffer.alloc(0);
  return {
    take(body: Buffer) {
      exports += 1;
      last = body;
      send({ exports });
    },
    tellLast: () => send({ last: last.toString('base64') }),
  };
}

const count = createCount();
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    // An empty ExportMetricsServiceResponse.
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end();
    count.take(Buffer.concat(chunks));
  });
});
process.once('disconnect', () => process.exit());
process.on('message', () => count.tellLast());
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('the receiver has no address');
send({ url: `http://127.0.0.1:${address.port}` });
