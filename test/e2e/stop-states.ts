/** The states in which the program may be asked to stop. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import type { FaultEndpoint, FaultSetting } from '../helpers/fault-endpoint.ts';
import type { Answer, FaultReceiver } from '../helpers/fault-receiver.ts';
import type { Program } from '../helpers/program.ts';
import type { ScriptedTask } from '../helpers/scripted-task.ts';
import { GOOD, late, NEVER, refused } from '../outages/answers.ts';
import { until } from '../real/wait.ts';

export interface Scene {
  readonly program: Program;
  readonly endpoint: FaultEndpoint;
  readonly task: ScriptedTask;
  /** For OTLP. */
  readonly receiver: FaultReceiver;
  /** For DogStatsD: what came, a text each. */
  readonly datagrams: readonly string[];
}

/** Whom the last sample must have reached. */
export type Addressee = 'receiver' | 'agent';

export interface State {
  readonly name: string;
  readonly signals: readonly NodeJS.Signals[];
  /** Of the endpoint from the start. */
  readonly fault?: FaultSetting;
  /** @default prometheus */
  readonly exporters?: string;
  /** Of the receiver from the start. @default GOOD */
  readonly answer?: Answer;
  /** Another address than that of the receiver, or of the agent. */
  readonly elsewhere?: (t: TestContext) => Promise<Readonly<Record<string, string>>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves in the moment for the signal. */
  readonly reach: (scene: Scene) => Promise<unknown>;
  /** Where it may not take the whole 12 s. */
  readonly withinMs?: number;
  readonly code?: number;
  /** The events in the log after `stopping`. @default ['stopped'] */
  readonly told?: readonly string[];
  /** Ends the program in another way than by one signal. */
  readonly isTwice?: boolean;
  readonly lastSampleAt?: readonly Addressee[];
}

async function ready({ program }: Scene): Promise<void> {
  const origin = await program.origin();
  await until('readiness', async () => ((await fetch(`${origin}/-/ready`)).status === 200 ? true : undefined));
}

const asked = ({ endpoint }: Scene) => until('a request', () => (endpoint.requests.length > 0 ? true : undefined));
const pushed = ({ receiver }: Scene) => until('an export', () => (receiver.arrivals.length > 0 ? true : undefined));
const taken = ({ receiver }: Scene) => until('an export', () => receiver.taken[0]);
const got = ({ datagrams }: Scene) => until('a datagram', () => datagrams[0]);
const failing = ({ program }: Scene) => program.message('otlp_export_failing');

const OTLP = 'prometheus,otlp';

/** An address where nobody is. */
async function nowhere(): Promise<Readonly<Record<string, string>>> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  const port = typeof address === 'object' ? address?.port : undefined;
  return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, STATSD_PORT: String(port) };
}

/** Takes connections, and never says a word of TLS. */
async function silence(t: TestContext): Promise<Readonly<Record<string, string>>> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    t.after(() => socket.destroy());
  });
  t.after(() => new Promise((resolve) => server.close(resolve)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`,
  };
}

const PULLING: readonly State[] = [
  { name: 'idle', signals: ['SIGTERM', 'SIGINT'], reach: ready, withinMs: 2000 },
  {
    name: 'mid-poll, the endpoint hangs',
    signals: ['SIGTERM', 'SIGINT'],
    told: ['poll_failing', 'stopped'],
    reach: async (scene) => {
      await ready(scene);
      const before = scene.endpoint.requests.length;
      scene.endpoint.fault = 'hang';
      await until('the poll that hangs', () => (scene.endpoint.requests.length > before ? true : undefined));
    },
    withinMs: 4000,
  },
  {
    name: 'in the first poll, the endpoint hangs',
    signals: ['SIGTERM'],
    fault: 'hang',
    told: ['poll_failing', 'stopped'],
    reach: asked,
    withinMs: 4000,
  },
  {
    name: 'before a poll succeeded',
    signals: ['SIGTERM'],
    fault: { status: 404 },
    reach: ({ program }) => program.message('poll_failing'),
    withinMs: 2000,
  },
  {
    name: 'a client holds its connection',
    signals: ['SIGTERM'],
    reach: async (scene) => {
      await ready(scene);
      const { port } = new URL(await scene.program.origin());
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      await new Promise<void>((resolve) => socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n', () => resolve()));
    },
    withinMs: 3000,
  },
];

const PUSHING: readonly State[] = [
  {
    name: 'an export hangs',
    signals: ['SIGTERM', 'SIGINT'],
    exporters: OTLP,
    answer: NEVER,
    told: ['otlp_export_failing', 'stopped'],
    reach: pushed,
  },
  {
    name: 'an export is tried again',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: refused(503),
    told: ['otlp_export_failing', 'stopped'],
    reach: pushed,
  },
  {
    name: 'export and endpoint hang',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: NEVER,
    told: ['poll_failing', 'otlp_export_failing', 'stopped'],
    reach: async (scene) => {
      await pushed(scene);
      scene.endpoint.fault = 'hang';
    },
  },
  {
    name: 'a connection says nothing of TLS',
    signals: ['SIGTERM'],
    exporters: OTLP,
    elsewhere: silence,
    told: ['otlp_export_failing', 'stopped'],
    reach: ready,
  },
  {
    name: 'nobody listens, first export',
    signals: ['SIGTERM'],
    exporters: OTLP,
    elsewhere: nowhere,
    told: ['otlp_export_failing', 'stopped'],
    reach: ready,
  },
  {
    name: 'nobody listens, exports fail',
    signals: ['SIGTERM'],
    exporters: OTLP,
    elsewhere: nowhere,
    env: { OTEL_METRIC_EXPORT_INTERVAL: '500' },
    reach: failing,
  },
  {
    name: 'exports are refused',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: refused(401),
    reach: failing,
    withinMs: 2000,
  },
  {
    name: 'the receiver is to be left alone',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: refused(503, { 'retry-after': '60' }),
    told: ['otlp_export_recovered', 'stopped'],
    reach: async (scene) => {
      await failing(scene);
      scene.receiver.answer = GOOD;
    },
    lastSampleAt: ['receiver'],
    withinMs: 2000,
  },
  {
    name: 'the receiver takes its time',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: late(600),
    reach: pushed,
    lastSampleAt: ['receiver'],
    withinMs: 4000,
  },
  {
    name: 'pushing',
    signals: ['SIGTERM', 'SIGINT'],
    exporters: OTLP,
    reach: taken,
    lastSampleAt: ['receiver'],
    withinMs: 2000,
  },
  {
    name: 'pushing every 100 ms',
    signals: ['SIGTERM'],
    exporters: OTLP,
    env: { OTEL_METRIC_EXPORT_INTERVAL: '100' },
    reach: taken,
    lastSampleAt: ['receiver'],
    withinMs: 2000,
  },
  {
    name: 'pushing to everybody',
    signals: ['SIGTERM'],
    exporters: 'prometheus,otlp,console,statsd',
    reach: async (scene) => {
      await taken(scene);
      await got(scene);
    },
    lastSampleAt: ['receiver', 'agent'],
    withinMs: 2000,
  },
  {
    name: 'no DogStatsD agent',
    signals: ['SIGTERM'],
    exporters: 'prometheus,statsd',
    elsewhere: nowhere,
    reach: ({ program }) => program.message('statsd_export_failing'),
    withinMs: 2000,
  },
  {
    name: 'an export hangs, twice in a row',
    signals: ['SIGTERM', 'SIGINT'],
    exporters: OTLP,
    answer: NEVER,
    told: ['stopped_at_once'],
    reach: pushed,
    isTwice: true,
    withinMs: 1000,
    code: 1,
  },
];

/** The slow ones first: the others run while these wait. */
export const STATES: readonly State[] = [...PUSHING, ...PULLING];
