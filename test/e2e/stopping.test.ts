/** SIGTERM and SIGINT in every state: exit code 0 within 12 s, ECS kills after 30; a second signal ends it at once. */
import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { startProgram } from '../helpers/program.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { until } from '../real/wait.ts';
import { type Scene, STATES, type State } from './stop-states.ts';

const DEADLINE_MS = 12_000;

async function setTheScene(
  t: TestContext,
  { fault = 'none', isPushing = false, behaviour = 200 }: State,
): Promise<Scene> {
  const endpoint = await startFaultEndpoint();
  const receiver = await startOtlpReceiver();
  t.after(() => Promise.all([endpoint.close(), receiver.close()]));
  scriptedTask('web', 'worker').publish(endpoint);
  endpoint.fault = fault;
  receiver.behaviour = behaviour;
  const argv = ['run', '--metadata-url', endpoint.url, '--exporter-port', '0', '--interval', '1'];
  const push = ['--exporters', 'prometheus,otlp', '--otlp-endpoint', new URL(receiver.url).origin];
  return { program: startProgram(t, isPushing ? [...argv, ...push] : argv), endpoint, receiver };
}

async function isListening(origin: string): Promise<boolean> {
  return fetch(`${origin}/-/healthy`).then(
    () => true,
    () => false,
  );
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
        const { program, endpoint, receiver } = scene;
        const origin = await program.origin();
        await state.reach(scene);
        if (state.isTwice === true) {
          program.child.kill(signal);
          await program.message('stopping');
          // Signals within 200 ms are one request.
          await sleep(250);
        }
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
      });
    }
  }
});
