/** SIGTERM and SIGINT in every state: exit code 0 within 12 s, ECS kills after 30; a second signal ends it at once. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startFaultReceiver } from '../helpers/fault-receiver.ts';
import { pointsOf } from '../helpers/otlp-export.ts';
import { startProgram } from '../helpers/program.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { GOOD } from '../outages/answers.ts';
import { until } from '../real/wait.ts';
import { type Addressee, type Scene, STATES, type State } from './stop-states.ts';

const DEADLINE_MS = 12_000;

async function setTheScene(
  t: TestContext,
  { fault = 'none', exporters = 'prometheus', answer = GOOD, elsewhere, env }: State,
): Promise<Scene> {
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
  const program = startProgram(
    t,
    ['run', '--metadata-url', endpoint.url, '--exporter-port', '0', '--interval', '1', '--exporters', exporters],
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(receiver.url).origin,
      STATSD_HOST: '127.0.0.1',
      STATSD_PORT: String(agent.address().port),
      ...env,
      ...(await elsewhere?.(t)),
    },
  );
  return { program, endpoint, task, receiver, datagrams };
}

async function isListening(origin: string): Promise<boolean> {
  return fetch(`${origin}/-/healthy`).then(
    () => true,
    () => false,
  );
}

/** The number of polls and the CPU time of one container, as they came last. */
function lastOf({ receiver, datagrams }: Scene, addressee: Addressee): readonly unknown[] {
  if (addressee === 'receiver') {
    const last = receiver.taken.at(-1);
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

describe('stopping', { concurrency: 6 }, () => {
  const table: string[] = [];
  after((t) => {
    for (const row of table.toSorted()) if ('diagnostic' in t) t.diagnostic(row);
  });

  for (const state of STATES) {
    for (const signal of state.signals) {
      test(`${signal}: ${state.name}`, async (t) => {
        const scene = await setTheScene(t, state);
        const { program, endpoint, receiver, task } = scene;
        const origin = await program.origin();
        await state.reach(scene);
        if (state.isTwice === true) {
          program.child.kill(signal);
          await program.message('stopping');
          // Signals within 200 ms are one request.
          await sleep(250);
        }
        // For the last poll.
        task.advance(10);
        task.publish(endpoint);
        const { code, signal: killedBy, ms } = await program.stop(signal);
        table.push(`${signal.padEnd(7)} ${state.name.padEnd(38)} code ${code}  ${String(ms).padStart(5)} ms`);
        assert.deepEqual({ code, killedBy }, { code: state.code ?? 0, killedBy: null }, program.stderr());
        assert.ok(ms < (state.withinMs ?? DEADLINE_MS), `took ${ms} ms:\n${program.stderr()}`);
        const events = program.events();
        const told = state.told ?? ['stopped'];
        // A request that times out just before the last export is cut off makes two lines for two reasons.
        assert.deepEqual([...new Set(events.slice(events.indexOf('stopping') + 1))], told, program.stderr());
        assert.equal(await isListening(origin), false);
        await until('every connection to be closed', () =>
          endpoint.openConnections + receiver.openConnections === 0 ? true : undefined,
        );
        const polls = endpoint.requests.filter(({ path }) => path.endsWith('/task/stats')).length;
        for (const addressee of state.lastSampleAt ?? []) {
          assert.deepEqual(lastOf(scene, addressee), [polls, 70 * 0.25], `${addressee}: not the last sample`);
        }
      });
    }
  }
});
