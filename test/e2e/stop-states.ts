/** The states in which the program can receive a signal. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import type { FaultEndpoint, FaultSetting } from '../helpers/fault-endpoint.ts';
import type { Answer, FaultReceiver } from '../helpers/fault-receiver.ts';
import type { ScriptedTask } from '../helpers/scripted-task.ts';
import { GOOD, late, NO_RESPONSE, refused } from '../outages/responses.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { until } from '../real/wait.ts';

export interface Fixture {
  readonly program: { events(): readonly string[]; origin(): Promise<string> };
  readonly clock: { until<T>(what: string, question: () => T | undefined): Promise<T> };
  readonly endpoint: FaultEndpoint;
  readonly task: ScriptedTask;
  /** OTLP receiver. */
  readonly receiver: FaultReceiver;
  /** Datagrams that the DogStatsD agent received. */
  readonly datagrams: readonly string[];
}

/** A receiver of the last sample. */
export type Recipient = 'receiver' | 'agent';

export interface State {
  readonly name: string;
  readonly signals: readonly NodeJS.Signals[];
  /** Initial fault of the endpoint. */
  readonly fault?: FaultSetting;
  /** @default prometheus */
  readonly exporters?: string;
  /** Initial response of the receiver. @default GOOD */
  readonly answer?: Answer;
  /** Variables with other addresses than those of the receiver and the agent. */
  readonly otherAddress?: (t: TestContext) => Promise<Readonly<Record<string, string>>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Time between polls. @default 1 */
  readonly intervalSeconds?: number;
  /** Resolves when the state is reached and the signal can be sent. */
  readonly reach: (fixture: Fixture) => Promise<unknown>;
  /** Limit for states in which a timeout must expire first. In all other states, the program stops at once. */
  readonly withinMs?: number;
  /** The events in the log after `stopping`. @default ['stopped'] */
  readonly loggedEvents?: readonly string[];
  readonly lastSampleAt?: readonly Recipient[];
}

async function ready({ program }: Fixture): Promise<void> {
  const origin = await program.origin();
  await until('readiness', async () => ((await fetch(`${origin}/-/ready`)).status === 200 ? true : undefined));
}

const requested = ({ endpoint }: Fixture) =>
  until('a request', () => (endpoint.requests.length > 0 ? true : undefined));
const pushed = ({ receiver }: Fixture) => until('an export', () => (receiver.arrivals.length > 0 ? true : undefined));
const accepted = ({ receiver }: Fixture) => until('an export', () => receiver.accepted[0]);
const received = ({ datagrams }: Fixture) => until('a datagram', () => datagrams[0]);
const logged = ({ program, clock }: Fixture, event: string) =>
  clock.until(`a log line ${event}`, () => program.events().includes(event) || undefined);
const failing = (fixture: Fixture) => logged(fixture, 'otlp_export_failing');

const OTLP = 'prometheus,otlp';

/** An address without a receiver. */
async function unreachableAddress(): Promise<Readonly<Record<string, string>>> {
  const port = String(await lastingPort());
  return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, STATSD_PORT: port };
}

/** A server that accepts connections and never responds to the TLS handshake. */
async function silentServer(t: TestContext): Promise<Readonly<Record<string, string>>> {
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
  { name: 'idle', signals: ['SIGTERM', 'SIGINT'], reach: ready },
  {
    name: 'mid-poll, the endpoint hangs',
    signals: ['SIGTERM', 'SIGINT'],
    loggedEvents: ['poll_failing', 'stopped'],
    reach: async (fixture) => {
      await ready(fixture);
      const before = fixture.endpoint.requests.length;
      fixture.endpoint.fault = 'hang';
      await fixture.clock.until('the poll that hangs', () =>
        fixture.endpoint.requests.length > before ? true : undefined,
      );
    },
    withinMs: 4000,
  },
  {
    name: 'in the first poll, the endpoint hangs',
    signals: ['SIGTERM'],
    fault: 'hang',
    loggedEvents: ['poll_failing', 'stopped'],
    reach: requested,
    withinMs: 4000,
  },
  {
    name: 'before a poll succeeded',
    signals: ['SIGTERM'],
    fault: { status: 404 },
    reach: (fixture) => logged(fixture, 'poll_failing'),
  },
  {
    name: 'a client keeps its connection open',
    signals: ['SIGTERM'],
    reach: async (fixture) => {
      await ready(fixture);
      const { port } = new URL(await fixture.program.origin());
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      await new Promise<void>((resolve) => socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n', () => resolve()));
    },
  },
];

const PUSHING: readonly State[] = [
  {
    name: 'an export hangs',
    signals: ['SIGTERM', 'SIGINT'],
    exporters: OTLP,
    answer: NO_RESPONSE,
    loggedEvents: ['otlp_export_failing', 'stopped'],
    reach: pushed,
    withinMs: 12_000,
  },
  {
    name: 'an export is retried',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: refused(503),
    loggedEvents: ['otlp_export_failing', 'stopped'],
    reach: pushed,
    withinMs: 12_000,
  },
  {
    name: 'export and endpoint hang',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: NO_RESPONSE,
    loggedEvents: ['poll_failing', 'otlp_export_failing', 'stopped'],
    reach: async (fixture) => {
      await pushed(fixture);
      fixture.endpoint.fault = 'hang';
    },
    withinMs: 12_000,
  },
  {
    name: 'a TLS handshake hangs',
    signals: ['SIGTERM'],
    exporters: OTLP,
    otherAddress: silentServer,
    loggedEvents: ['otlp_export_failing', 'stopped'],
    reach: ready,
    withinMs: 12_000,
  },
  {
    name: 'no receiver, first export',
    signals: ['SIGTERM'],
    exporters: OTLP,
    otherAddress: unreachableAddress,
    loggedEvents: ['otlp_export_failing', 'stopped'],
    reach: ready,
    withinMs: 12_000,
  },
  {
    name: 'no receiver, exports fail',
    signals: ['SIGTERM'],
    exporters: OTLP,
    otherAddress: unreachableAddress,
    env: { OTEL_METRIC_EXPORT_INTERVAL: '500' },
    reach: failing,
  },
  {
    name: 'exports are rejected',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: refused(401),
    reach: failing,
  },
  {
    name: 'Retry-After has not expired',
    signals: ['SIGTERM'],
    exporters: OTLP,
    answer: refused(503, { 'retry-after': '60' }),
    loggedEvents: ['otlp_export_recovered', 'stopped'],
    reach: async (fixture) => {
      await failing(fixture);
      fixture.receiver.answer = GOOD;
    },
    lastSampleAt: ['receiver'],
  },
  {
    name: 'the receiver is slow',
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
    reach: accepted,
    lastSampleAt: ['receiver'],
  },
  {
    name: 'pushing every 100 ms',
    signals: ['SIGTERM'],
    exporters: OTLP,
    env: { OTEL_METRIC_EXPORT_INTERVAL: '100' },
    reach: accepted,
    lastSampleAt: ['receiver'],
  },

  {
    name: 'no DogStatsD agent',
    signals: ['SIGTERM'],
    exporters: 'prometheus,statsd',
    otherAddress: unreachableAddress,
    reach: (fixture) => logged(fixture, 'statsd_export_failing'),
  },
];

/**
 * For a separate process only, because the console exporter writes to the stdout of the process. The test does not control
 * its clock: with a short interval, a poll could be running at the signal, and would return the previous sample.
 */
export const ALL_EXPORTERS: State = {
  name: 'pushing with all exporters',
  signals: ['SIGTERM', 'SIGINT'],
  intervalSeconds: 3600,
  exporters: 'prometheus,otlp,console,statsd',
  reach: async (fixture) => {
    await accepted(fixture);
    await received(fixture);
  },
  lastSampleAt: ['receiver', 'agent'],
};

export const STATES: readonly State[] = [...PUSHING, ...PULLING];
