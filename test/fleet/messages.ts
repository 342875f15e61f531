/** What the processes of a fleet tell each other. */
import { type ChildProcess, fork } from 'node:child_process';
import * as v from 'valibot';

const task = v.object({
  /** The value for ECS_CONTAINER_METADATA_URI_V4. */
  url: v.string(),
  taskId: v.string(),
  containers: v.number(),
});

/** A made-up task. */
export type FleetTask = v.InferOutput<typeof task>;

/** What a process that hosts tasks sends: what it has, then that their time stands still. */
export const HOSTING = { tasks: v.object({ tasks: v.array(task) }), frozen: v.object({ isFrozen: v.literal(true) }) };

export const workerPlan = v.object({
  /** An exporter each. */
  tasks: v.array(task),
  /** The first so many of them serve a page as well. */
  paged: v.number(),
  otlpBase: v.string(),
  compression: v.picklist(['gzip', 'none']),
  exportIntervalMs: v.number(),
  /** When each exporter starts and stops, in milliseconds after the worker was told to. */
  startAfterMs: v.array(v.number()),
  stopAfterMs: v.array(v.number()),
});

export type WorkerPlan = v.InferOutput<typeof workerPlan>;

/** A task's points of one time, in nanoseconds since the epoch. */
const pointsAt = v.object({ taskId: v.string(), timeNs: v.bigint(), points: v.number() });

export type PointsAt = v.InferOutput<typeof pointsAt>;

const answer = v.object({
  /** Of HTTP. */
  status: v.number(),
  /** From the request's start to the answer's head. */
  durationMs: v.number(),
  /** All that was written to the connection for it: the head and the framing of the body, too. */
  wireBytes: v.number(),
});

/** What became of a request. */
export type Answer = v.InferOutput<typeof answer>;

const sentExport = v.object({
  points: v.array(pointsAt),
  containers: v.number(),
  /** Whether exporters were being stopped by then. */
  isLate: v.boolean(),
  /** Of the body, before and after compression. */
  plainBytes: v.number(),
  bodyBytes: v.number(),
  /** Without one, the rest is unknown: the request may have been cut off anywhere. */
  answer: v.optional(answer),
});

/** One request of an exporter. */
export type SentExport = v.InferOutput<typeof sentExport>;

const report = v.object({
  exports: v.array(sentExport),
  /** Pages taken while the tasks' time stood still. */
  pages: v.array(v.object({ taskId: v.string(), page: v.string() })),
  /** Lines of the logs that are no information. */
  complaints: v.array(v.string()),
});

export type WorkerReport = v.InferOutput<typeof report>;

/** What a worker sends, in this order: it could begin; all exporters run; all have ended. */
export const WORKING = {
  ready: v.object({ isReady: v.literal(true) }),
  started: v.object({ startedExporters: v.number() }),
  report: v.object({ report }),
};

/** What a far end sends that has a process of its own. */
export const FAR_END = v.object({ url: v.string() });

/** Starts a file of this folder. */
export function startChild(file: string, ...args: readonly string[]): ChildProcess {
  // Numbers beyond JSON's.
  return fork(`${import.meta.dirname}/${file}`, args, { serialization: 'advanced' });
}

/** The next message of a child. @throws when the child ends before, or sends something else. */
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
