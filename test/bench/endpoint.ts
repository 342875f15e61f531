import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { childOf } from './child.ts';

export type EndpointMessage = { readonly url: string } | { readonly requests: number; readonly isSample: boolean };

export interface Endpoint {
  readonly url: string;
  /** Requests answered so far. */
  requests(): number;
  /** Samples given so far. */
  samples(): number;
  /** Resolves when the next sample was given. */
  nextSample(): Promise<void>;
  stop(): Promise<void>;
}

function isMessage(message: unknown): message is EndpointMessage {
  return typeof message === 'object' && message !== null && ('url' in message || 'requests' in message);
}

/** Starts the made-up endpoint with so many containers in a process of its own. */
export async function startEndpoint(containers: number): Promise<Endpoint> {
  const child = fork(`${import.meta.dirname}/endpoint-process.ts`, [String(containers)]);
  const events = new EventEmitter();
  let requests = 0;
  let samples = 0;
  const started = Promise.withResolvers<string>();
  child.once('exit', () => started.reject(new Error('the endpoint could not be started')));
  child.on('message', (message) => {
    if (!isMessage(message)) return;
    if ('url' in message) {
      started.resolve(message.url);
      return;
    }
    requests = message.requests;
    if (!message.isSample) return;
    samples += 1;
    events.emit('sample');
  });
  return {
    url: await started.promise,
    requests: () => requests,
    samples: () => samples,
    async nextSample() {
      await once(events, 'sample');
    },
    stop: childOf(child).stop,
  };
}
