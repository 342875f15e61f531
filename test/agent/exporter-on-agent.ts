/** The program as a process, reading from the ECS agent's own endpoint. */
import type { TestContext } from 'node:test';
import { startProgram } from '../helpers/program.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { until } from '../real/wait.ts';

export interface ExporterOnAgent {
  /** Waits for a page for which `isWanted` returns true. */
  pageWith(what: string, isWanted: (page: Exposition) => boolean | Promise<boolean>): Promise<Exposition>;
  status(path: string): Promise<number>;
  /** The message of the first log line of that event. */
  message(event: string): Promise<string>;
}

/** Long enough for a busy machine. */
const PATIENCE = { timeoutMs: 90_000 };

/** Starts `run` with an interval of a second; ends it with the test. */
export async function startExporterOn(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ExporterOnAgent> {
  const program = startProgram(t, ['run', '--exporter-port', '0', '--interval', '1', ...args], env);
  const origin = await program.origin();
  return {
    message: program.message,
    status: async (path) => {
      const response = await fetch(`${origin}${path}`);
      await response.arrayBuffer();
      return response.status;
    },
    pageWith: (what, isWanted) =>
      until(
        what,
        async () => {
          const page = parseExposition(await (await fetch(`${origin}/metrics`)).text());
          return (await isWanted(page)) ? page : undefined;
        },
        PATIENCE,
      ),
  };
}

export function failuresOf(page: Exposition, reason: string): number {
  return page.value('ecs_task_exporter_poll_failures_total', { reason }) ?? Number.NaN;
}

export const isSuccessful = (page: Exposition): boolean => page.value('ecs_task_exporter_status') === 1;
