import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../bench/simulator/server.ts';
import { at, listAt, numberAt, textAt } from '../real/json.ts';
import { until } from '../real/wait.ts';
import type { BuiltImage } from './built-image.ts';
import { type Container, startContainer } from './container.ts';
import { inWords, memoryUse } from './memory-use.ts';
import { forgetImageFiles } from './page-cache.ts';

/** Number of polls and of scrapes, as in two days. */
const ROUNDS = 10_000;
const CHECKS = 20;

const FAST_TIMERS = fileURLToPath(new URL('../real/fast-timers.cjs', import.meta.url));
const SMALL = ['--memory', '64m', '--memory-swap', '64m'];

export function memoryTests(built: () => BuiltImage): void {
  test(`64 MiB: ${ROUNDS} polls and scrapes without a restart`, async (t) => {
    const image = built();
    forgetImageFiles(image.dataRoot);
    const container = await startContainer(image, {
      options: [
        ...[...SMALL, '--health-interval', '10s', '--volume', `${FAST_TIMERS}:/fast-timers.cjs:ro`],
        ...['--env', 'NODE_OPTIONS=--require=/fast-timers.cjs', '--env', 'FAST_TIMER_MS=2'],
      ],
      command: ['run', '--metadata-url', await endpointUrl(t), '--interval', '3600'],
    });
    const before = await memoryUse(image, container);
    t.diagnostic(`begin: ${inWords(before)}`);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    for (let scrape = 0; scrape < ROUNDS; scrape += 1) await readPage(`${container.origin}/metrics`, agent);
    await until(
      `${ROUNDS} polls`,
      async () =>
        ((await container.metrics()).value('ecs_task_exporter_polls_total') ?? 0) >= ROUNDS ? true : undefined,
      { timeoutMs: 240_000, everyMs: 1000 },
    );
    await container.health('healthy');
    await assertWell(t, image, container, before.majorFaults + ROUNDS / 20);
  });

  test('64 MiB and a quarter of a core: a health check (a second Node.js process) every second', async (t) => {
    const image = built();
    forgetImageFiles(image.dataRoot);
    const container = await startContainer(image, {
      options: [...SMALL, '--cpus', '0.25', '--health-interval', '1s'],
      command: ['run', '--metadata-url', await endpointUrl(t), '--interval', '1'],
    });
    const before = await memoryUse(image, container);
    t.diagnostic(`begin: ${inWords(before)}`);
    // The engine keeps the last five results.
    const exitCodes = new Map<string, number>();
    await until(
      `${CHECKS} health checks`,
      async () => {
        for (const check of listAt(await container.inspect(), 'State', 'Health', 'Log')) {
          exitCodes.set(textAt(check, 'Start'), numberAt(check, 'ExitCode'));
        }
        await container.metrics();
        return exitCodes.size >= CHECKS ? true : undefined;
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );
    assert.deepEqual(new Set(exitCodes.values()), new Set([0]));
    // A container that thrashes has hundreds of major faults per check.
    await assertWell(t, image, container, before.majorFaults + CHECKS * 50);
  });
}

async function endpointUrl(t: TestContext): Promise<string> {
  const endpoint = await startSimulator({ containers: 10, sampleMs: 10 });
  t.after(() => endpoint.close());
  return endpoint.url;
}

async function assertWell(t: TestContext, image: BuiltImage, container: Container, mostFaults: number): Promise<void> {
  const now = await memoryUse(image, container);
  t.diagnostic(`end: ${inWords(now)}`);
  const state = await container.inspect();
  assert.equal(at(state, 'State', 'Running'), true);
  assert.equal(at(state, 'State', 'OOMKilled'), false);
  assert.equal(numberAt(state, 'State', 'Pid'), container.pid);
  assert.ok(now.usage <= now.limit);
  // Otherwise the files of the image are charged to another cgroup, and the limit is not tested.
  assert.ok(now.cache > 15 * 2 ** 20, inWords(now));
  assert.ok(now.anonymous < 32 * 2 ** 20, inWords(now));
  assert.ok(now.majorFaults < mostFaults, inWords(now));
  assert.equal((await container.metrics()).value('ecs_task_exporter_status'), 1);
  assert.equal((await container.metrics()).value('ecs_task_exporter_containers'), 10);
  assert.equal((await container.stop()).exitCode, 0);
}

/** Scrapes the page on a persistent connection; fetch would use more CPU than the server. */
function readPage(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200 && size > 10_000) resolve(size);
        else reject(new Error(`a page of ${size} bytes, status ${answer.statusCode}`));
      });
    }).on('error', reject);
  });
}
