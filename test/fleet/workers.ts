import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { type FleetTask, nextMessage, startChild, WORKING, type WorkerPlan, type WorkerReport } from './messages.ts';
import { type Plan, spreadOver } from './plan.ts';

/** The processes with the exporters. */
export interface Workers {
  readonly pids: readonly number[];
  /** Resolves when the last exporter is running. */
  startExporters(): Promise<void>;
  /** Resolves with all sent requests when the last exporter has stopped. */
  stopExporters(): Promise<readonly WorkerReport[]>;
}

/** Number of exporters per worker that also serve a page. */
const PAGED = 2;

/** Resolves when all processes are ready. They end with the test. */
export async function startWorkers(
  t: TestContext,
  plan: Plan,
  tasks: readonly FleetTask[],
  otlpBase: string,
): Promise<Workers> {
  const startMs = plan.isTogether ? 0 : plan.exportIntervalMs;
  // Less than the interval, so that most exporters only send their final export meanwhile.
  const stopMs = startMs / 2;
  const workers = await Promise.all(
    Array.from({ length: plan.workers }, async (_, index) => {
      const first = index * plan.exportersPerWorker;
      const workerPlan: WorkerPlan = {
        tasks: tasks.slice(first, first + plan.exportersPerWorker),
        paged: PAGED,
        otlpBase,
        compression: plan.compression,
        exportIntervalMs: plan.exportIntervalMs,
        startAfterMs: spreadOver(startMs, plan, index),
        stopAfterMs: spreadOver(stopMs, plan, index),
      };
      const worker = childOf(t, 'worker-process.ts', JSON.stringify(workerPlan));
      await nextMessage(worker, WORKING.ready);
      return worker;
    }),
  );
  return {
    pids: workers.map(({ pid = 0 }) => pid),
    async startExporters() {
      const started = workers.map((worker) => {
        worker.send('start');
        return nextMessage(worker, WORKING.started);
      });
      await Promise.all(started);
    },
    async stopExporters() {
      const reported = workers.map((worker) => {
        worker.send('stop');
        return nextMessage(worker, WORKING.report);
      });
      return (await Promise.all(reported)).map(({ report }) => report);
    },
  };
}

/** Starts a child process that ends with the test. */
export function childOf(t: TestContext, file: string, argument: string): ChildProcess {
  const child = startChild(file, argument);
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  return child;
}
