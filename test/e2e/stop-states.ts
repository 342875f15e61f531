/** The states in which the program may be asked to stop. */
import { connect } from 'node:net';
import type { FaultEndpoint, FaultSetting } from '../helpers/fault-endpoint.ts';
import type { OtlpReceiver } from '../helpers/otlp-receiver.ts';
import type { Program } from '../helpers/program.ts';
import { until } from '../real/wait.ts';

export interface Scene {
  readonly program: Program;
  readonly endpoint: FaultEndpoint;
  readonly receiver: OtlpReceiver;
}

export interface State {
  readonly name: string;
  readonly signals: readonly NodeJS.Signals[];
  /** Of the endpoint from the start. */
  readonly fault?: FaultSetting;
  readonly isPushing?: boolean;
  readonly behaviour?: OtlpReceiver['behaviour'];
  /** Resolves in the moment for the signal. */
  readonly reach: (scene: Scene) => Promise<unknown>;
  /** Where it may not take the whole 12 s. */
  readonly withinMs?: number;
  readonly code?: number;
  /** The events in the log after `stopping`. @default ['stopped'] */
  readonly told?: readonly string[];
  /** Ends the program in another way than by one signal. */
  readonly isTwice?: boolean;
}

async function ready({ program }: Scene): Promise<void> {
  const origin = await program.origin();
  await until('readiness', async () => ((await fetch(`${origin}/-/ready`)).status === 200 ? true : undefined));
}

const asked = ({ endpoint }: Scene) => until('a request', () => (endpoint.requests.length > 0 ? true : undefined));
const pushed = ({ receiver }: Scene) => until('an export', () => (receiver.requests > 0 ? true : undefined));

export const STATES: readonly State[] = [
  // The slow ones first: the others run while these wait.
  {
    name: 'an export hangs',
    signals: ['SIGTERM', 'SIGINT'],
    isPushing: true,
    behaviour: 'hang',
    told: ['otlp_export_failing', 'stopped'],
    reach: pushed,
  },
  {
    name: 'an export is tried again',
    signals: ['SIGTERM'],
    isPushing: true,
    behaviour: 503,
    told: ['otlp_export_failing', 'stopped'],
    reach: pushed,
  },
  {
    name: 'export and endpoint hang',
    signals: ['SIGTERM'],
    isPushing: true,
    behaviour: 'hang',
    told: ['poll_failing', 'otlp_export_failing', 'stopped'],
    reach: async (scene) => {
      await pushed(scene);
      scene.endpoint.fault = 'hang';
    },
  },
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
  { name: 'pushing', signals: ['SIGTERM'], isPushing: true, reach: pushed, withinMs: 2000 },
  {
    name: 'an export hangs, twice in a row',
    signals: ['SIGTERM', 'SIGINT'],
    isPushing: true,
    behaviour: 'hang',
    told: ['stopped_at_once'],
    reach: pushed,
    isTwice: true,
    withinMs: 1000,
    code: 1,
  },
];
