/** The ECS agent's own task metadata server as a process (test/agent/endpoint). */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '../real/built-program.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { type ServerProcess, startServer } from '../real/server-process.ts';
import { until } from '../real/wait.ts';

export interface AgentAnswers {
  /** The documents; a string is encoded JSON. */
  readonly task: unknown;
  readonly stats: unknown;
  readonly taskWithTags?: unknown;
  /** How the agent's stats engine fails: with an error, or in the middle of the request. */
  readonly statsFault?: 'error' | 'panic' | undefined;
  /** Requests for tags wait for as long as this is true. */
  readonly holdsTags?: boolean;
}

export type Version = 'v3' | 'v4';

export interface AgentEndpoint {
  /** The base address of a container. */
  url(version?: Version, id?: string): string;
  /** The variables that the agent sets in a container, for version 3 only or for both versions. */
  env(version?: Version, id?: string): Readonly<Record<string, string>>;
  /** Changes answers, from the next request on. */
  publish(change: Partial<AgentAnswers>): void;
  /** The log since the last start. */
  log(): string;
  stop(): Promise<void>;
  /** Restarts it at the same address. */
  start(): Promise<void>;
}

export interface AgentOptions {
  readonly answers: AgentAnswers;
  /** Requests per second for each client and path, and how many may come at once. @default 40, 60 */
  readonly limit?: { readonly rate: number; readonly burst: number };
}

/** Starts the endpoint; `after` receives its clean-up. @throws if the program has not been built. */
export async function startAgentEndpoint(
  after: (end: () => Promise<void>) => void,
  { answers, limit = { rate: 40, burst: 60 } }: AgentOptions,
): Promise<AgentEndpoint> {
  const program = builtProgram('agent-endpoint', '.ci/install-agent-parts');
  const folder = mkdtempSync(join(tmpdir(), 'agent-'));
  const file = join(folder, 'answers.json');
  const port = await lastingPort();
  let now = answers;
  let server: ServerProcess | undefined;

  const publish = (change: Partial<AgentAnswers>): void => {
    now = { ...now, ...change };
    const members = Object.entries(now).map(([name, value]) => `"${name}":${asJson(value)}`);
    // By a rename, so that no request reads half of it.
    writeFileSync(`${file}.new`, `{${members.join(',')}}`);
    renameSync(`${file}.new`, file);
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
  };
  const start = async (): Promise<void> => {
    const args = ['-answers', file, '-listen', `127.0.0.1:${port}`];
    const started = await startServer(program, [...args, '-rate', `${limit.rate}`, '-burst', `${limit.burst}`]);
    server = started;
    await until('the agent', () => /listening on/.exec(started.log()) ?? (started.hasEnded() ? 'ended' : undefined));
    if (started.hasEnded()) throw new Error(`the agent's endpoint ended at once:\n${started.log()}`);
  };

  after(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });
  publish({});
  await start();
  const url = (version: Version = 'v4', id = 'known'): string => `http://127.0.0.1:${port}/${version}/${id}`;
  return {
    url,
    env: (version, id) => ({
      ECS_CONTAINER_METADATA_URI: url('v3', id),
      ...(version === 'v3' ? {} : { ECS_CONTAINER_METADATA_URI_V4: url('v4', id) }),
    }),
    publish,
    log: () => server?.log() ?? '',
    stop,
    start,
  };
}

function asJson(value: unknown): string {
  return typeof value === 'string' && value.startsWith('{') ? value : (JSON.stringify(value) ?? 'null');
}
