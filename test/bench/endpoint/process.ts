/**
 * The task metadata endpoint, version 4, in a separate process, so that its work does not count as the program's. Each
 * request for stats gets a new sample, 15 s of task time after the previous one. Samples are rendered ahead of
 * requests, so that a program that reads the endpoint during a scrape does not wait for it. Arguments: number of
 * containers, samples per replaced container.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { createEndpointTask } from './endpoint-task.ts';
import { type FromEndpoint, isToEndpoint } from './messages.ts';

const [containers = 1, samplesPerReplacement = 1] = process.argv.slice(2).map(Number);
const endpointTask = createEndpointTask({ containers, samplesPerReplacement });
const base = `/v4/${endpointTask.endpointId}`;

function notifyParent(message: FromEndpoint): void {
  process.send?.(message);
}

/** The documents of one sample. */
interface RenderedSample {
  readonly stats: Buffer;
  readonly task: Buffer;
}

function renderNextSample(): RenderedSample {
  endpointTask.advance();
  return { stats: endpointTask.stats(), task: endpointTask.task() };
}

function createAnswers() {
  let gated = false;
  let requests = 0;
  let samples = 0;
  /** The last published sample, and the next one once rendered. */
  let current = renderNextSample();
  let next: RenderedSample | undefined;
  const waiting: ServerResponse[] = [];

  function send(response: ServerResponse, body: Buffer): void {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body, () => notifyParent({ requests, samples }));
    requests += 1;
  }

  function sendSample(response: ServerResponse): void {
    samples += 1;
    current = next ?? renderNextSample();
    next = undefined;
    send(response, current.stats);
    setImmediate(() => {
      next ??= renderNextSample();
    });
  }

  return {
    send,
    task: (response: ServerResponse) => send(response, current.task),
    stats(response: ServerResponse) {
      notifyParent({ asked: true });
      if (!gated) return sendSample(response);
      waiting.push(response);
      // A client that times out repeats its request; report each sample once.
      response.once('close', () => {
        const place = waiting.indexOf(response);
        if (place >= 0) waiting.splice(place, 1);
      });
    },
    release() {
      const response = waiting.shift();
      if (response !== undefined) sendSample(response);
    },
    gate(isClosed: boolean) {
      gated = isClosed;
      while (!gated && waiting.length > 0) this.release();
    },
  };
}

const answers = createAnswers();
const routes = new Map<string, (response: ServerResponse) => void>([
  [base, (response) => answers.send(response, endpointTask.ownContainer())],
  [`${base}/task`, (response) => answers.task(response)],
  [`${base}/stats`, (response) => answers.send(response, endpointTask.ownStats())],
  [`${base}/task/stats`, (response) => answers.stats(response)],
]);
const server = createServer((request, response) => {
  const route = routes.get(request.url ?? '');
  if (route === undefined) response.writeHead(404).end();
  else route(response);
});

process.once('disconnect', () => process.exit());
process.on('message', (message) => {
  if (!isToEndpoint(message)) return;
  if ('release' in message) answers.release();
  if ('gated' in message) answers.gate(message.gated);
  if ('churns' in message) endpointTask.churns = message.churns;
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('the endpoint has no address');
notifyParent({ url: `http://127.0.0.1:${address.port}${base}` });
