/** SIGTERM and SIGINT in every state: exit code 0 within 12 s (ECS sends SIGKILL after 30 s); a second signal exits at once. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startFaultReceiver } from '../helpers/fault-receiver.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { pointsOf } from '../helpers/otlp-export.ts';
import { startProgram } from '../helpers/program.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { GOOD, NO_RESPONSE } from '../outages/responses.ts';
import { until } from '../real/wait.ts';
import { ALL_EXPORTERS, type Fixture, type Recipient, STATES, type State } from './stop-states.ts';

interface Peers extends Omit<Fixture, 'program' | 'clock'> {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts endpoint, receiver and agent, and returns the arguments and environment with their addresses. */
async function startPeers(
  t: TestContext,
  { fault = 'none', exporters = 'prometheus', answer = GOOD, otherAddress, env, intervalSeconds = 1 }: State,
): Promise<Peers> {
  const endpoint = await startFaultEndpoint();
  const receiver = await startFaultReceiver(answer);
  const agent = createSocket('udp4').bind(0, '127.0.0.1');
  const datagrams: string[] = [];
  agent.on('message', (datagram) => datagrams.push(datagram.toString()));
  await once(agent, 'listening');
  t.after(() => Promise.all([endpoint.close(), receiver.down(), agent.close()]));
  const task = scriptedTask('web', 'worker');
  task.publish(endpoint);
  endpoint.fault = fault;
  return {
    endpoint,
    receiver,
    datagrams,
    task,
    argv: [
      ...['run', '--metadata-url', endpoint.url, '--exporter-port', '0'],
      ...['--interval', String(intervalSeconds), '--exporters', exporters],
    ],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(receiver.url).origin,
      STATSD_HOST: '127.0.0.1',
      STATSD_PORT: String(agent.address().port),
      ...env,
      ...(await otherAddress?.(t)),
    },
  };
}

/** Asserts that the server no longer listens and that no connection is open. */
async function assertGone({ endpoint, receiver }: Fixture, origin: string): Promise<void> {
  await assert.rejects(fetch(`${origin}/-/healthy`));
  await until('every connection to be closed', () =>
    endpoint.openConnections + receiver.openConnections === 0 ? true : undefined,
  );
}

/** Asserts that the last export is of the last poll. Datagrams can arrive after the exit of the process that sent them. */
async function assertLastSample(fixture: Fixture, recipients: readonly Recipient[] = []): Promise<void> {
  const polls = fixture.endpoint.requests.filter(({ path }) => path.endsWith('/task/stats')).length;
  for (const recipient of recipients) {
    await until(`the last sample at the ${recipient}`, () => {
      assert.deepEqual(lastOf(fixture, recipient), [polls, 70 * 0.25]);
      return true;
    });
  }
}

/** The number of polls and the CPU time of one container in the last export. */
function lastOf({ receiver, datagrams }: Fixture, recipient: Recipient): readonly unknown[] {
  if (recipient === 'receiver') {
    const last = receiver.accepted.at(-1);
    if (last === undefined) return [];
    const values = [
      pointsOf(last, 'aws.ecs.exporter.polls'),
      pointsOf(last, 'aws.ecs.container.cpu.time', { 'container.name': 'web' }),
    ];
    return values.map(([point]) => point?.value);
  }
  const lines = datagrams.flatMap((datagram) => datagram.split('\n')).toReversed();
  const value = (start: string, tag = ''): number =>
    Number(lines.find((line) => line.startsWith(start) && line.includes(tag))?.split(/[:|]/)[1]);
  return [value('ecs_task.exporter_polls_total:'), value('ecs_task.cpu_usage_seconds_total:', 'container_name:web')];
}

for (const state of STATES) {
  for (const signal of state.signals) {
    test(`${signal}: ${state.name}`, async (t) => {
      const clock = stopClock(t);
      const { argv, env, ...peers } = await startPeers(t, state);
      const program = startInProcess(argv, env);
      const fixture: Fixture = { ...peers, program, clock };
      const { endpoint, task } = fixture;
      t.after(() => clock.during(program.ended));
      t.after(() => program.signal(signal));
      const origin = await program.origin();
      await state.reach(fixture);
      // For the last poll.
      task.advance(10);
      task.publish(endpoint);
      const signalledMs = clock.elapsedMs;
      program.signal(signal);
      const code = await (state.withinMs === undefined ? program.ended : clock.during(program.ended, () => true));
      assert.equal(code, 0, program.stderr());
      const ms = clock.elapsedMs - signalledMs;
      assert.ok(ms <= (state.withinMs ?? 0), `took ${ms} ms:\n${program.stderr()}`);
      const events = program.events();
      assert.deepEqual(
        events.slice(events.indexOf('stopping') + 1),
        state.loggedEvents ?? ['stopped'],
        program.stderr(),
      );
      await assertGone(fixture, origin);
      await assertLastSample(fixture, state.lastSampleAt);
    });
  }
}

describe('as a process', { concurrency: 4 }, () => {
  for (const signal of ALL_EXPORTERS.signals) {
    test(`${signal}: exit code 0, and every last sample arrives`, async (t) => {
      const { argv, env, ...peers } = await startPeers(t, ALL_EXPORTERS);
      const program = startProgram(t, argv, env);
      const fixture: Fixture = { ...peers, program, clock: { until } };
      const origin = await program.origin();
      await ALL_EXPORTERS.reach(fixture);
      fixture.task.advance(10);
      fixture.task.publish(fixture.endpoint);
      assert.deepEqual(await program.stop(signal), { code: 0, signal: null }, program.stderr());
      assert.equal(program.events().at(-1), 'stopped');
      await assertGone(fixture, origin);
      await assertLastSample(fixture, ALL_EXPORTERS.lastSampleAt);
    });

    test(`${signal} again while an export hangs: exit code 1 at once`, async (t) => {
      const hanging = {
        name: 'hanging',
        signals: [],
        exporters: 'prometheus,otlp',
        answer: NO_RESPONSE,
        reach: async () => {},
      };
      const { argv, env, receiver } = await startPeers(t, { ...hanging, fault: { stats: 'hang' } });
      const program = startProgram(t, argv, env);
      await until('an export', () => (receiver.arrivals.length > 0 ? true : undefined));
      let hasEnded = false;
      void program.ended.then(() => {
        hasEnded = true;
      });
      // The first signal requests a stop, signals within 200 ms count as the same request, and the next one ends the program.
      await until('the end', () => {
        if (!hasEnded) program.child.kill(signal);
        return hasEnded || undefined;
      });
      assert.deepEqual(await program.ended, { code: 1, signal: null }, program.stderr());
      assert.deepEqual(program.events().slice(-2), ['stopping', 'stopped_at_once']);
    });
  }
});
