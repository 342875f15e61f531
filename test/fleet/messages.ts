/** Messages between the processes of a fleet. */
import { type ChildProcess, fork } from 'node:child_process';
import * as v from 'valibot';

const task = v.object({
  /** The value for ECS_CONTAINER_METADATA_URI_V4. */
  url: v.string(),
  taskId: v.string(),
  containers: v.number(),
});

/** A simulated task. */
export type FleetTask = v.InferOutput<typeof task>;

/** Messages of the process that hosts the tasks: the tasks, and later that they are frozen. */
export const HOSTING = { tasks: v.object({ tasks: v.array(task) }), frozen: v.object({ isFrozen: v.literal(true) }) };

export const workerPlan = v.object({
  /** Each has an exporter. */
  tasks: v.array(task),
  /** Number of exporters, from the first one, that also serve a page. */
  paged: v.number(),
  otlpBase: v.string(),
  compression: v.picklist(['gzip', 'none']),
  exportIntervalMs: v.number(),
  /** When each exporter starts and stops, in milliseconds after the message to the worker. */
  startAfterMs: v.array(v.number()),
  stopAfterMs: v.array(v.number()),
});

export type WorkerPlan = v.InferOutput<typeof workerPlan>;

/** A task's points of one time, in nanoseconds since the epoch. */
const pointsAt = v.object({ taskId: v.string(), timeNs: v.bigint(), points: v.number() });

export type PointsAt = v.InferOutput<typeof pointsAt>;

const answer = v.object({
  /** HTTP status. */
  status: v.number(),
  /** From the start of the request to the head of the response. */
  durationMs: v.number(),
  /** Bytes written to the connection, including head and framing. */
  wireBytes: v.number(),
});

/** The response to a request. */
export type Answer = v.InferOutput<typeof answer>;

const sentExport = v.object({
  points: v.array(pointsAt),
  containers: v.number(),
  /** Whether exporters were being stopped by then. */
  isLate: v.boolean(),
  /** Size of the body before and after compression. */
  plainBytes: v.number(),
  bodyBytes: v.number(),
  /** Absent without a response: the request may then be incomplete. */
  answer: v.optional(answer),
});

/** One request of an exporter. */
export type SentExport = v.InferOutput<typeof sentExport>;

const report = v.object({
  exports: v.array(sentExport),
  /** Pages scraped while the tasks were frozen. */
  pages: v.array(v.object({ taskId: v.string(), page: v.string() })),
  /** Log lines above level info. */
  complaints: v.array(v.string()),
});

export type WorkerReport = v.InferOutput<typeof report>;

/** Messages of a worker, in order: ready, all exporters are running, all have stopped. */
export const WORKING = {
  ready: v.object({ isReady: v.literal(true) }),
  started: v.object({ startedExporters: v.number() }),
  report: v.object({ report }),
};

/** Message of a backend in a separate process. */
export const BACKEND = v.object({ url: v.string() });

/** Starts a file of this directory in a child process. */
export function startChild(file: string, ...args: readonly string[]): ChildProcess {
  // JSON has no bigint.
  return fork(`${import.meta.dirname}/${file}`, args, { serialization: 'advanced' });
}

/** Waits for the next message of a child. @throws if the child exits before, or sends another message. */
export async function nextMessage<Schema extends v.GenericSchema>(
  child: ChildProcess,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('a process of the fleet has ended');
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onExit = (code: number | null): void => reject(new Error(`a process of the fleet ended with code ${code}`));
  child.once('exit', onExit);
  child.once('message', resolve);
  try {
    return v.parse(schema, await promise);
  } finally {
    child.off('exit', onExit);
    child.off('message', resolve);
  }
}
