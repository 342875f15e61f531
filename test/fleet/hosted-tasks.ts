/** Many simulated tasks on one HTTP server, each at its own path, as on an agent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSimulatedTask } from '../bench/simulator/simulated-task.ts';
import { textAt } from '../real/json.ts';
import type { FleetTask } from './messages.ts';

export interface HostedTasks {
  readonly tasks: readonly FleetTask[];
  /** Freezes all tasks: samples are no longer renewed. */
  freeze(): void;
  close(): Promise<void>;
}

/** Numbers of containers, in rotation. Five is the simulated shop, with a stopped and a restarting container. */
export const SIZES = [2, 3, 5, 10] as const;
const SHOP = 5;

/** Age of the tasks at the start, so that their counters are large. */
const INITIAL_AGE_MS = 720_000;
/** Shorter than the interval of the exporters, so that each poll finds a new sample. */
const SAMPLE_MS = 1000;

/** Serves `count` tasks, each with its own seed. */
export async function hostTasks(count: number): Promise<HostedTasks> {
  const startedAtMs = performance.now();
  const originMs = Date.now() - INITIAL_AGE_MS;
  let frozenAtMs: number | undefined;
  // Monotonic, because setting the wall clock must not decrease counters.
  const sinceStartMs = (): number => INITIAL_AGE_MS + (frozenAtMs ?? performance.now()) - startedAtMs;

  const routes = new Map<string, () => unknown>();
  const made = Array.from({ length: count }, (_, index) => {
    const containers = SIZES[index % SIZES.length] ?? SHOP;
    const replicas = containers === SHOP ? undefined : containers;
    const task = createSimulatedTask({ seed: index + 1, originMs, sampleMs: SAMPLE_MS, replicas });
    const path = `/v4/${task.endpointId}`;
    routes.set(`${path}/task`, () => task.task(sinceStartMs()));
    routes.set(`${path}/task/stats`, () => task.stats(sinceStartMs()));
    const taskId = textAt(task.task(0), 'TaskARN').split('/').at(-1) ?? '';
    return { path, taskId, containers };
  });

  const server = createServer((request, response) => {
    const document = routes.get(request.url ?? '');
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document?.() ?? 'no such task'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the tasks have no address');
  return {
    tasks: made.map(({ path, ...task }) => ({ ...task, url: `http://127.0.0.1:${address.port}${path}` })),
    freeze() {
      frozenAtMs ??= performance.now();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
