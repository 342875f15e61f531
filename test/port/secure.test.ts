/**
 * What hostile clients cost a port with TLS and passwords: the program as in the image, and the load in a process of its
 * own. Scrapes use a cached login, each on its own connection.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { childOf } from '../bench/child.ts';
import { startEndpoint } from '../bench/endpoint/endpoint.ts';
import { memory } from '../bench/process-figures.ts';
import { prepareProgram } from '../bench/program.ts';
import { median } from '../bench/statistics.ts';
import { watchProgram } from '../helpers/program.ts';
import { TLS, webConfigFolder } from '../helpers/web-config-file.ts';
import { basic, getSecure } from '../unit/instrumentation/http/secure.ts';
import type { SecureLoad } from './secure-load.ts';
import { healthcheckMs, outsideAddress, startControl } from './targets.ts';

const MAX_RSS_GROWTH_MB = 25;
/** The worker thread for passwords. */
const WORKER_MB = 25;
const MAX_LATENCY_MS = 1_000;
const SCRAPES = 10;
const BETWEEN_SCRAPES_MS = 200;

const CASES: readonly (readonly [load: SecureLoad, count: number, from?: 'loopback'])[] = [
  ['silent', 512],
  ['half-hello', 512],
  ['idle', 512],
  ['churn', 50],
  ['plain', 50],
  ['wrong-logins', 100],
  ['wrong-logins', 100, 'loopback'],
];

const program = prepareProgram({ file: undefined, nodeFlags: undefined });
/** The cost of the examples. */
const HASH = hashSync('secret', 10);

async function startLoad(t: TestContext, load: SecureLoad, count: number, from: string, port: number) {
  const args = [`${import.meta.dirname}/secure-load.ts`, load, `${count}`, from, `${port}`];
  const process_ = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
  const child = childOf(process_);
  t.after(() => child.stop());
  let output = '';
  process_.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(process_.stdout, 'data');
  return { lastLine: () => output.trimEnd().split('\n').at(-1) ?? '' };
}

/** Milliseconds of each scrape. */
async function scrapeAll(port: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const startMs = performance.now();
    const { status } = await getSecure(port, '/metrics', { headers: basic('prometheus', 'secret') });
    times.push(performance.now() - startMs);
    assert.equal(status, 200);
    await sleep(BETWEEN_SCRAPES_MS);
  }
  return times;
}

for (const [load, count, from] of CASES) {
  test(`${load}, ${count}, from ${from ?? 'outside'}`, async (t) => {
    const endpoint = await startEndpoint(4);
    t.after(() => endpoint.stop());
    const { path } = webConfigFolder(t, `${TLS}basic_auth_users: {prometheus: "${HASH}"}\n`);
    const options = [
      '--metadata-url',
      endpoint.url,
      '--exporter-host',
      '::',
      '--exporter-port',
      '0',
      '--interval',
      '1',
    ];
    const argv = [...program.nodeFlags, program.file, 'run', ...options, '--web.config.file', path];
    const started = spawn(process.execPath, argv, { env: program.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { port: portText } = new URL(await watchProgram(t, started).origin());
    const port = Number(portText);
    const control = await startControl(program);
    t.after(() => control.stop());
    const pid = started.pid ?? 0;

    const calm = await scrapeAll(port);
    const calmMb = memory(pid).rssMb;
    const polls = endpoint.samples();
    const startMs = performance.now();
    const running = await startLoad(t, load, count, from === 'loopback' ? '127.0.0.1' : outsideAddress(), port);
    const times = await scrapeAll(port);
    const rssMb = memory(pid).rssMb;
    const controlHealthMs = await healthcheckMs(program, control.port);
    const healthMs = await healthcheckMs(program, port);
    const pollsPerSecond = ((endpoint.samples() - polls) * 1_000) / (performance.now() - startMs);
    // The first scrape of `calm` waits for the password.
    t.diagnostic(
      `scrapes ${median(times).toFixed(0)} ms, at most ${Math.max(...times).toFixed(0)} (before: ${median(calm).toFixed(0)} and ${Math.max(...calm.slice(1)).toFixed(0)}; login ${calm[0]?.toFixed(0)}); RSS ${calmMb.toFixed(0)} MB, +${(rssMb - calmMb).toFixed(1)}; healthcheck ${healthMs.toFixed(0)} ms (control ${controlHealthMs.toFixed(0)}); ${pollsPerSecond.toFixed(2)} polls/s ${load === 'wrong-logins' ? running.lastLine() : ''}`,
    );
    assert.equal(started.exitCode, null);
    assert.ok(rssMb - calmMb <= MAX_RSS_GROWTH_MB + WORKER_MB, `RSS grew by ${rssMb - calmMb} MB`);
    const maxMs = MAX_LATENCY_MS + 4 * Math.max(...calm.slice(1));
    assert.ok(Math.max(...times) <= maxMs, `a scrape took ${Math.max(...times)} ms instead of ${maxMs}`);
    assert.ok(healthMs <= MAX_LATENCY_MS + 2 * controlHealthMs, `healthcheck took ${healthMs} ms`);
    assert.ok(pollsPerSecond >= 0.5, `${pollsPerSecond} polls per second`);
  });
}
