/** Prometheus 3 with a configuration of the examples. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, listAt, textAt } from '../real/json.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { pushPart } from '../real/push-parts.ts';
import { startServer } from '../real/server-process.ts';
import { until } from '../real/wait.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Prometheus3 {
  readonly origin: string;
  /** The labels of what an instant query finds, as of now. */
  query(expression: string): Promise<readonly Labels[]>;
  /** What the gateway or the exporters were refused, and everything else that went wrong. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts it on a port of its own. @throws with its log when it does not start. */
export async function startPrometheus3(configuration: string, ...flags: readonly string[]): Promise<Prometheus3> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, configuration);
  const port = await lastingPort();
  const origin = `http://127.0.0.1:${port}`;
  const server = await startServer(pushPart('prometheus'), [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...flags,
  ]);
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('Prometheus', async () => {
      if (server.hasEnded()) return 'ended';
      return (await fetch(`${origin}/-/ready`)).status === 200 ? 'ready' : undefined;
    });
    if (server.hasEnded()) throw new Error('Prometheus ended at once');
  } catch (cause) {
    await stop();
    throw new Error(`Prometheus did not start:\n${server.log().slice(-2000)}`, { cause });
  }

  const query = async (expression: string): Promise<readonly Labels[]> => {
    const answer: unknown = await (
      await fetch(`${origin}/api/v1/query?${new URLSearchParams({ query: expression })}`)
    ).json();
    if (textAt(answer, 'status') !== 'success') throw new Error(`${expression}: ${JSON.stringify(answer)}`);
    return listAt(answer, 'data', 'result').map((series) => {
      const labels = Object.entries(Object(at(series, 'metric')));
      return Object.fromEntries(labels.map(([name, value]) => [name, String(value)]));
    });
  };
  return { origin, query, log: server.log, stop };
}

/** What promtool has against a configuration; nothing when it is good. */
export function promtoolFindings(file: string): string {
  const { error, status, stdout, stderr } = spawnSync(pushPart('promtool'), ['check', 'config', file], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error('promtool cannot be run', { cause: error });
  return status === 0 ? '' : `${stdout}${stderr}`;
}
