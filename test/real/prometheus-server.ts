import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Exposition, parseExposition } from './exposition.ts';
import { at, listAt, textAt } from './json.ts';
import { lastingPort } from './lasting-port.ts';
import { startServer } from './server-process.ts';
import { until } from './wait.ts';

/** A series of a query result, with its newest value. */
export interface Sampled {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface PrometheusServer {
  readonly version: string;
  /** The `data` of an API response. @throws if the API returns an error. */
  api(path: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>;
  /** An instant query at the current time. */
  query(expression: string): Promise<readonly Sampled[]>;
  /** The server's own metrics. */
  ownMetrics(): Promise<Exposition>;
  log(): string;
  stop(): Promise<void>;
}

/** Starts Debian's Prometheus, which scrapes `ports` (by job name) every second. @throws if it is not installed. */
export function startPrometheus(ports: ReadonlyMap<string, number>): Promise<PrometheusServer> {
  return launchPrometheus({ program: '/usr/bin/prometheus', configuration: scraping(ports) });
}

/** A configuration that scrapes ports of this machine every second, under the names of these jobs. */
export function scraping(ports: ReadonlyMap<string, number>): unknown {
  const jobs = [...ports].map(([job, port]) => ({
    job_name: job,
    static_configs: [{ targets: [`localhost:${port}`] }],
  }));
  return { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: jobs };
}

export interface PrometheusOptions {
  /** The path of a Prometheus binary of any version. */
  readonly program: string;
  /** YAML text, or a value that is passed as JSON. */
  readonly configuration: unknown;
  readonly flags?: readonly string[];
  readonly port?: number;
  /** @default the environment of this process */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a Prometheus with empty storage and waits until it is ready. @throws with its log if it does not start. */
export async function launchPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const { program, configuration, flags = [], port = await lastingPort(), env } = options;
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const yaml = typeof configuration === 'string' ? configuration : JSON.stringify(configuration);
  writeFileSync(join(folder, 'prometheus.yml'), yaml);
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...flags,
  ];
  const server = await startServer(program, args, env === undefined ? {} : { env });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const base = `http://127.0.0.1:${port}`;

  const api = async (path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const response = await fetch(`${base}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer: unknown = await response.json();
    if (at(answer, 'status') !== 'success') throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return at(answer, 'data');
  };
  try {
    await until('Prometheus', async () => {
      if (server.hasEnded()) return 'ended';
      return (await fetch(`${base}/-/ready`)).status === 200 ? 'ready' : undefined;
    });
    const version = textAt(await api('status/buildinfo'), 'version');
    const query = async (expression: string): Promise<readonly Sampled[]> =>
      listAt(await api('query', { query: expression }), 'result').map(sampled);
    const ownMetrics = async (): Promise<Exposition> => parseExposition(await (await fetch(`${base}/metrics`)).text());
    return { version, api, query, ownMetrics, log: server.log, stop };
  } catch (error) {
    await stop();
    throw new Error(`Prometheus did not start:\n${server.log().slice(-2000)}`, { cause: error });
  }
}

function sampled(result: unknown): Sampled {
  const labels = Object.entries(Object(at(result, 'metric'))).map(([name, value]) => [name, String(value)] as const);
  return { labels: new Map(labels), value: Number(textAt(result, 'value', 1)) };
}

/** What promtool reports about a page; an empty string if nothing. */
export function promtoolFindings(page: string): string {
  const { status, output } = runPromtool(['check', 'metrics'], page);
  return status === 0 || output !== '' ? output : `promtool ended with ${status}`;
}

/** The errors that promtool finds in rules; an empty string if none. */
export function ruleFindings(rules: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    const file = join(folder, 'rules.yml');
    writeFileSync(file, rules);
    const { status, output } = runPromtool(['check', 'rules', file]);
    return status === 0 ? '' : `promtool ended with ${status}: ${output}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runPromtool(args: readonly string[], input = ''): { readonly status: number | null; readonly output: string } {
  const { error, status, stdout, stderr } = spawnSync('/usr/bin/promtool', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw new Error('promtool cannot be run', { cause: error });
  return { status, output: `${stdout}${stderr}`.trim() };
}
