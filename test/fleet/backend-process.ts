/** A backend that discards everything, in a separate process, so that it does not slow down the sender. */
import { once } from 'node:events';
import { createServer } from 'node:http';

process.once('disconnect', () => process.exit());
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('the backend has no address');
process.send?.({ url: `http://127.0.0.1:${address.port}/v1/metrics` });
