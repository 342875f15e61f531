/** A large task and well-behaved readers, in 128 MiB and a quarter of a core. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEndpoint } from '../bench/endpoint/endpoint.ts';
import { createScraper } from '../bench/scraper.ts';
import { type ConfinedProgram, startConfined } from './confined-program.ts';

const CONTAINERS = 500;
const INTERVAL_SECONDS = 15;
const DURATION_MS = 90_000;
/** A page of 2 MB takes about 8 s. */
const SLOW_BYTES_PER_SECOND = 256 * 1024;

/** Calls `act` at this interval until the end, and returns its results. */
async function every<T>(ms: number, endMs: number, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (performance.now() < endMs) {
    const startMs = performance.now();
    results.push(await act());
    await sleep(Math.max(0, ms - (performance.now() - startMs)));
  }
  return results;
}

/** The complete text of a response over HTTP/1.0, read at a limited pace. */
function readOld(port: number, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /metrics HTTP/1.0\r\n\r\n'));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
      socket.pause();
      setTimeout(() => socket.resume(), (chunk.length / bytesPerSecond) * 1000);
    });
    socket.on('end', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

function healthMs(port: number): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const request = get({ port, path: '/-/healthy', agent: false }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startMs);
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    request.on('error', reject);
  });
}

/** Containers with a memory limit: those of the task, and the task. */
function containersOf(page: string): number {
  return page.split('\n').filter((line) => line.startsWith('ecs_task_mem_limit{')).length;
}

test(`${CONTAINERS} containers, well-behaved readers and a health check per second: all succeed`, async (t) => {
  const endpoint = await startEndpoint(CONTAINERS);
  t.after(() => endpoint.stop());
  const program = await startConfined(t, {
    args: ['--interval', `${INTERVAL_SECONDS}`],
    metadataUrl: endpoint.url,
    confinement: { memoryMib: 128, cores: 0.25 },
  });
  const { port } = program;
  const scraper = createScraper(port);
  t.after(() => scraper.close());
  const isReady = (page: string): boolean => containersOf(page) >= CONTAINERS;
  while (!isReady((await scraper.scrape()).body.toString())) await sleep(500);

  const endMs = performance.now() + DURATION_MS;
  const before = await figures(program);
  let peakMib = 0;
  const [prometheus, old, slow, health] = await Promise.all([
    every(INTERVAL_SECONDS * 1000, endMs, async () => (await scraper.scrape()).body.toString()),
    every(INTERVAL_SECONDS * 1000, endMs, () => readOld(port)),
    every(0, endMs, () => readOld(port, SLOW_BYTES_PER_SECOND)),
    every(1000, endMs, () => healthMs(port)),
    every(500, endMs, async () => {
      peakMib = Math.max(peakMib, program.rssMib());
    }),
  ]);
  const after = await figures(program);
  const slowestMs = Math.max(...health);
  t.diagnostic(
    `RSS up to ${peakMib.toFixed(0)} MiB; ${health.length} health checks, the slowest ${slowestMs.toFixed(0)} ms; ${slow.length} slow readers; ${after.polls - before.polls} polls`,
  );
  assert.equal(program.oomKills(), 0);
  for (const page of [...prometheus, ...old, ...slow]) assert.ok(isReady(page), `${containersOf(page)} containers`);
  assert.ok(slow.length > 0);
  assert.equal(after.failures, 0);
  assert.ok(after.polls - before.polls >= DURATION_MS / 1000 / INTERVAL_SECONDS - 1, `${after.polls} polls`);
});

async function figures(program: ConfinedProgram): Promise<{ readonly polls: number; readonly failures: number }> {
  const metrics = await program.metrics();
  const failures = metrics.series.filter(({ name }) => name === 'ecs_task_exporter_poll_failures_total');
  return {
    polls: metrics.value('ecs_task_exporter_polls_total') ?? 0,
    failures: failures.reduce((sum, { value }) => sum + value, 0),
  };
}
