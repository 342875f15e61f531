/** Prometheus 3 with a configuration of the examples. */
import { spawnSync } from 'node:child_process';
import { lastingPort } from '../real/lasting-port.ts';
import { launchPrometheus } from '../real/prometheus-server.ts';
import { pushPart } from '../real/push-parts.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Prometheus3 {
  readonly origin: string;
  /** The labels of the series of an instant query. */
  query(expression: string): Promise<readonly Labels[]>;
  /** The log, which includes rejected writes. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts it on a free port. @throws with its log if it does not start. */
export async function startPrometheus3(configuration: string, ...flags: readonly string[]): Promise<Prometheus3> {
  const port = await lastingPort();
  const server = await launchPrometheus({ program: pushPart('prometheus'), configuration, flags, port });
  return {
    origin: `http://127.0.0.1:${port}`,
    query: async (expression) => (await server.query(expression)).map(({ labels }) => Object.fromEntries(labels)),
    log: server.log,
    stop: server.stop,
  };
}

/** Problems that promtool finds in a configuration; empty if none. */
export function promtoolFindings(file: string): string {
  const { error, status, stdout, stderr } = spawnSync(pushPart('promtool'), ['check', 'config', file], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error('promtool cannot be run', { cause: error });
  return status === 0 ? '' : `${stdout}${stderr}`;
}
