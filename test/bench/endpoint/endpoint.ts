import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { childOf } from '../child.ts';
import { isFromEndpoint, type ToEndpoint } from './messages.ts';

/** The simulated endpoint. This process controls when a sample is published. */
export interface Endpoint {
  readonly url: string;
  /** Responses so far, all paths. */
  requests(): number;
  /** Samples published so far. */
  samples(): number;
  /** From now on each sample waits for a `step`. Resolves when the program waits for the next one. */
  hold(): Promise<void>;
  /** Publishes samples immediately again. */
  letGo(): void;
  /**
   * Publishes one sample, and resolves when the program requests the next one: it has processed the previous one by
   * then.
   *
   * @throws without a request within 30 s.
   */
  step(): Promise<void>;
  /** One sample per second. */
  stepSlowly(seconds: number): Promise<void>;
  /** Whether containers are replaced from now on. */
  churn(isOn: boolean): void;
  stop(): Promise<void>;
}

const PATIENCE_MS = 30_000;
/** Low enough for thousands of ids in a soak, high enough for many samples per container. */
const SAMPLES_PER_REPLACEMENT = 5;

/** Starts the endpoint in a separate process. */
export async function startEndpoint(containers: number): Promise<Endpoint> {
  const args = [String(containers), String(SAMPLES_PER_REPLACEMENT)];
  const child = fork(`${import.meta.dirname}/process.ts`, args);
  const events = new EventEmitter();
  let requests = 0;
  let samples = 0;
  const started = Promise.withResolvers<string>();
  child.once('exit', () => started.reject(new Error('the endpoint could not be started')));
  child.on('message', (message) => {
    if (!isFromEndpoint(message)) return;
    if ('url' in message) started.resolve(message.url);
    else if ('asked' in message) {
      events.emit('asked');
    } else {
      ({ requests, samples } = message);
    }
  });
  const tell = (message: ToEndpoint): void => void child.send(message);

  async function nextAsked(): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await once(events, 'asked', { signal }).catch((cause: unknown) => {
      throw new Error('the program asked for no sample within half a minute', { cause });
    });
  }

  async function step(): Promise<void> {
    const isAsked = nextAsked();
    tell({ release: true });
    await isAsked;
  }

  return {
    url: await started.promise,
    requests: () => requests,
    samples: () => samples,
    async hold() {
      const isAsked = nextAsked();
      tell({ gated: true });
      await isAsked;
    },
    letGo: () => tell({ gated: false }),
    step,
    async stepSlowly(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        await sleep(1_000);
        await step();
      }
    },
    churn: (churns) => tell({ churns }),
    stop: childOf(child).stop,
  };
}
