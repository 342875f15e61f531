/** A metadata endpoint in its own process. The parent sends the name of a scene; `served` counts the stats documents. */
import { createServer } from 'node:http';
import { ABSURD, honest, type Scene } from './absurd-documents.ts';

let scene: Scene = honest;
let poll = 0;

process.on('message', (name: string) => {
  scene = ABSURD[name] ?? honest;
});
process.once('disconnect', () => process.exit());

const server = createServer((request, response) => {
  const isStats = request.url?.endsWith('/stats') === true;
  if (isStats) poll += 1;
  const { task, stats } = scene(poll, Date.now());
  const document = isStats ? stats : task;
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  response.setHeader('content-type', 'application/json');
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.(address.port);
});
