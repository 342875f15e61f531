/** The real OpenTelemetry Collector, with the components of `.ci/collector/`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Exposition, parseExposition } from './exposition.ts';
import { lastingPort } from './lasting-port.ts';
import { pushPart } from './push-parts.ts';
import { type Ending, type ServerProcess, startServer } from './server-process.ts';
import { until } from './wait.ts';

/** A Collector's configuration, passed as JSON, which is valid YAML. */
export type CollectorConfig = Readonly<Record<string, unknown>>;

/** Free ports and a directory for the configuration. They stay the same if the Collector restarts. */
export interface CollectorPlaces {
  /** For an `otlp` receiver over HTTP. */
  readonly otlpPort: number;
  /** For a `prometheus` exporter. */
  readonly prometheusPort: number;
  /** For any other component that listens. */
  readonly sparePort: number;
  /** For files. */
  readonly folder: string;
}

export interface CollectorOptions {
  /** The configuration; the Collector also serves its own metrics. */
  readonly config: CollectorConfig | ((places: CollectorPlaces) => CollectorConfig);
  /** Base configuration in YAML. `config` overrides it; lists are replaced as a whole. */
  readonly file?: string;
  /** Variables for `${env:NAME}`. The environment of this process is not passed. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept when the Collector stops. @default a temporary directory, removed by `stop` */
  readonly folder?: string;
}

export interface Collector {
  readonly places: CollectorPlaces;
  /** The full address of an `otlp` receiver at `places.otlpPort`. */
  readonly otlpUrl: string;
  /** Id of the current process. */
  readonly pid: number;
  /** Everything written to stdout and stderr since the last start. */
  log(): string;
  /** The Collector's metrics about itself, without unit and type suffixes: `otelcol_receiver_accepted_metric_points`. */
  ownMetrics(): Promise<Exposition>;
  /** Sends SIGTERM: the Collector exports its remaining data and completes its files. */
  stop(): Promise<Ending>;
  /** Sends SIGKILL; resolves when the process has exited. */
  kill(): Promise<void>;
  /** Restarts it after `kill` (or after `stop`, if `folder` is set). */
  start(): Promise<void>;
}

/** `sigv4auth` requests credentials as soon as it is configured, otherwise over the network. */
const NO_CREDENTIALS = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ACCESS_KEY_ID: 'dummy',
  AWS_SECRET_ACCESS_KEY: 'dummy',
  AWS_REGION: 'eu-west-1',
} as const;

/** Starts a Collector and waits until it is ready. @throws with its log if it does not start. */
export async function startCollector({ config, file, env, folder: given }: CollectorOptions): Promise<Collector> {
  const program = pushPart('otelcol-test');
  const folder = given ?? mkdtempSync(join(tmpdir(), 'collector-'));
  const takeAway = (): void => {
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const places = {
    otlpPort: await lastingPort(),
    prometheusPort: await lastingPort(),
    sparePort: await lastingPort(),
    folder,
  };
  const ownPort = await lastingPort();
  const written = join(folder, 'config.json');
  const ownTelemetry = join(folder, 'own-telemetry.json');
  writeFileSync(written, JSON.stringify(typeof config === 'function' ? config(places) : config));
  writeFileSync(ownTelemetry, JSON.stringify(telemetryAt(ownPort)));
  const args = [...(file === undefined ? [] : [file]), written, ownTelemetry].flatMap((path) => ['--config', path]);

  const start = async (): Promise<ServerProcess> => {
    const server = await startServer(program, args, { env: { ...NO_CREDENTIALS, ...env }, cwd: folder });
    try {
      await until('the Collector to be ready', () => {
        if (server.hasEnded()) return 'ended';
        return server.log().includes('Everything is ready.') ? 'ready' : undefined;
      });
      if (server.hasEnded()) throw new Error('the Collector ended at once');
    } catch (cause) {
      await server.stop();
      throw new Error(`the Collector did not start:\n${server.log().slice(-4000)}`, { cause });
    }
    return server;
  };
  let running = await start().catch((error: unknown) => {
    takeAway();
    throw error;
  });
  return {
    places,
    otlpUrl: `http://127.0.0.1:${places.otlpPort}/v1/metrics`,
    get pid() {
      return running.pid;
    },
    log: () => running.log(),
    ownMetrics: async () => parseExposition(await (await fetch(`http://127.0.0.1:${ownPort}/metrics`)).text()),
    stop: async () => {
      const ending = await running.stop();
      takeAway();
      return ending;
    },
    kill: async () => {
      process.kill(running.pid, 'SIGKILL');
      await until('the Collector to be gone', () => (running.hasEnded() ? 'gone' : undefined), { everyMs: 5 });
    },
    start: async () => {
      if (!running.hasEnded()) throw new Error('the Collector still runs');
      running = await start();
    },
  };
}

function telemetryAt(port: number): CollectorConfig {
  const prometheus = {
    host: '127.0.0.1',
    port,
    without_scope_info: true,
    without_type_suffix: true,
    without_units: true,
  };
  return { service: { telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus } } }] } } } };
}

export interface Validation {
  /** 0: the configuration is good. */
  readonly code: number | null;
  readonly output: string;
}

/** Runs `otelcol validate` on a file. The environment contains only `env` and dummy AWS credentials. */
export function validateCollectorConfig(file: string, env: Readonly<Record<string, string>> = {}): Validation {
  const { error, status, stdout, stderr } = spawnSync(pushPart('otelcol-test'), ['validate', '--config', file], {
    env: { ...NO_CREDENTIALS, ...env },
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error('the Collector cannot be run', { cause: error });
  return { code: status, output: `${stdout}${stderr}` };
}
