/** The log while the endpoint changes everything at each poll: bounded in lines and bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createLogger } from '../../../src/log/logger.ts';
import { createTransitions } from '../../../src/log/transitions.ts';
import { createEcsTaskSource } from '../../../src/sources/ecs-task/ecs-task-source.ts';
import { ENDPOINT_ERROR_CODES, EndpointError } from '../../../src/sources/ecs-task/endpoint-error.ts';
import { createSampler } from '../../../src/wiring.ts';
import { testConfig } from '../../helpers/config.ts';
import { at } from '../../real/json.ts';

const START_MS = Date.UTC(2026, 0, 1);
const POLLS = 720;
const INTERVAL_MS = 5000;
const CONTAINERS = 60;
const HOSTILE = '\u202eevil\u009b31m\u200b';

const iso = (ms: number): string => new Date(ms).toISOString();

interface Poll {
  readonly failure: number;
  readonly task: number;
  readonly names: number;
  readonly missing: number;
  readonly age: number;
}

const poll: fc.Arbitrary<Poll> = fc.record({
  // Half of the polls fail.
  failure: fc.nat(2 * ENDPOINT_ERROR_CODES.length),
  task: fc.nat(50),
  names: fc.nat(1000),
  missing: fc.nat(CONTAINERS),
  age: fc.nat(100_000),
});

const idOf = (place: number): string => `${place}`.padStart(64, '0');

function taskDocument({ task, names, age }: Poll, nowMs: number): unknown {
  const containers = Array.from({ length: CONTAINERS }, (_, place) => ({
    DockerId: idOf(place),
    // Some names repeat.
    Name: `${HOSTILE}${'x'.repeat(200)}-${place < 40 ? place : names}`,
    KnownStatus: 'RUNNING',
    StartedAt: iso(nowMs - 1_000_000 - age),
  }));
  return {
    TaskARN: `arn:aws:ecs:eu-west-1:111122223333:task/c/${Math.max(0, task - 40)}`,
    LaunchType: 'EC2',
    Containers: containers,
  };
}

function statsDocument({ missing, age }: Poll, nowMs: number): unknown {
  const samples = Array.from({ length: CONTAINERS }, (_, place) => [
    idOf(place),
    place < missing
      ? null
      : { read: iso(nowMs), cpu_stats: { cpu_usage: { total_usage: age * 1e6 } }, memory_stats: { usage: age } },
  ]);
  return Object.fromEntries(samples);
}

for (const format of ['json', 'pretty'] as const) {
  test(`an hour of polls that change everything (${format})`, async (t) => {
    let nowMs = START_MS;
    t.mock.method(performance, 'now', () => nowMs - START_MS);
    t.mock.method(Date, 'now', () => nowMs);
    const lines: { readonly minute: number; readonly event: string; readonly text: string }[] = [];
    const write = (text: string) => {
      const event = /"event":"(\w+)"|(?:DEBUG|INFO|WARN|ERROR) +(\w+)/.exec(text);
      const minute = Math.floor((nowMs - START_MS) / 60_000);
      return lines.push({ minute, event: event?.[1] ?? event?.[2] ?? '', text }) > 0;
    };
    const logger = createLogger({ level: 'info', format, write });
    const polls = fc.sample(poll, { numRuns: POLLS, seed: 1 });
    let current: Poll | undefined;
    const fetched = (document: (poll: Poll, nowMs: number) => unknown) => async () => {
      assert.ok(current !== undefined);
      const code = ENDPOINT_ERROR_CODES[current.failure];
      if (code !== undefined) throw new EndpointError(code, `failed at ${nowMs}`);
      return document(current, nowMs);
    };
    const source = createEcsTaskSource({
      fetchTask: fetched(taskDocument),
      fetchStats: fetched(statsDocument),
      close: () => {},
    });
    const config = testConfig('http://127.0.0.1:1', { intervalMs: INTERVAL_MS, exporters: ['prometheus'] });
    const sampler = createSampler(config, source, logger, createTransitions({ logger }));
    for (current of polls) {
      nowMs += INTERVAL_MS;
      await sampler.poll();
    }
    const counts = new Map<string, number>();
    const bytes = new Map<number, number>();
    for (const { minute, event, text } of lines) {
      counts.set(`${minute} ${event}`, (counts.get(`${minute} ${event}`) ?? 0) + 1);
      bytes.set(minute, (bytes.get(minute) ?? 0) + Buffer.byteLength(text));
      assert.match(text, /^[^\p{C}\p{Zl}\p{Zp}\p{DI}]*\n$/u);
      if (format === 'json' && event === 'containers_restarted')
        assert.ok(Array.isArray(at(JSON.parse(text), 'containers')));
    }
    const events = [...new Set(lines.map(({ event }) => event))].sort();
    for (const event of events) {
      const max = Math.max(...[...counts].filter(([key]) => key.endsWith(` ${event}`)).map(([, count]) => count));
      t.diagnostic(`${event}: at most ${max} lines a minute`);
      // Twice the limit, because a minute of the clock covers two windows.
      assert.ok(max <= 12, `${event}: ${max} lines`);
    }
    t.diagnostic(`at most ${Math.max(...bytes.values())} bytes a minute`);
    assert.ok(Math.max(...bytes.values()) < 60_000);
    for (const event of ['poll_failing', 'poll_recovered', 'containers_restarted', 'duplicate_container_name']) {
      assert.ok(events.includes(event), `no ${event} in ${events.join()}`);
    }
    assert.ok(lines.some(({ text }) => text.includes('more')));
  });
}
