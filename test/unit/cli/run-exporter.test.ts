import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { type RunOptions, runExporter } from '../../../src/cli/run-exporter.ts';
import { holdSignals, STOP_SIGNALS } from '../../../src/cli/signals.ts';
import type { Exporter } from '../../../src/exporter.ts';
import { createLogger } from '../../../src/log/logger.ts';

const never = new Promise<never>(() => {});

class Host extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function setUp(options: Partial<RunOptions> & { readonly shutdown?: () => Promise<void> } = {}) {
  const host = new Host();
  const events: string[] = [];
  const write = (line: string) => events.push(JSON.parse(line).event) > 0;
  const started = Promise.withResolvers<void>();
  const calls = { shutdown: 0 };
  const exporter: Exporter = {
    address: { host: 'localhost', port: 1 },
    poll: async () => {},
    isReady: () => true,
    shutdown: async () => {
      calls.shutdown += 1;
      await options.shutdown?.();
    },
  };
  const exitCode = runExporter({
    start: async () => exporter,
    host,
    logger: createLogger({ level: 'info', format: 'json', write }),
    onStarted: () => started.resolve(),
    deadlines: { signal: 50, crash: 20 },
    ...options,
  });
  return { host, events, calls, exitCode, exporter, started: started.promise };
}

for (const signal of STOP_SIGNALS) {
  test(`${signal}: one shutdown, exit code 0, no listener left`, async () => {
    const { host, events, calls, exitCode, started } = setUp();
    await started;
    host.emit(signal, signal);
    assert.equal(await exitCode, 0);
    assert.equal(calls.shutdown, 1);
    assert.deepEqual(events, ['stopping', 'stopped']);
    assert.deepEqual(host.exits, []);
    assert.deepEqual(host.eventNames(), []);
  });
}

for (const signal of STOP_SIGNALS) {
  test(`${signal} before the exporter starts stops it`, async () => {
    const early = new Host();
    const signals = holdSignals(early);
    early.emit(signal, signal);
    const { events, calls, exitCode } = setUp({ signals });
    assert.equal(await exitCode, 0);
    assert.equal(calls.shutdown, 1);
    assert.deepEqual(events, ['stopping', 'stopped']);
    assert.deepEqual(early.eventNames(), []);
  });
}

test('a second signal ends the process immediately; a repetition of the first does not', async (t) => {
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  const { host, calls, exitCode, started } = setUp({ shutdown: () => never });
  await started;
  host.emit('SIGTERM', 'SIGTERM');
  host.emit('SIGTERM', 'SIGTERM');
  assert.deepEqual(host.exits, []);
  nowMs += 250;
  host.emit('SIGINT', 'SIGINT');
  assert.deepEqual(host.exits, [1]);
  await exitCode;
  assert.equal(calls.shutdown, 1);
});

test('a shutdown that hangs ends at the deadline', async () => {
  const { host, events, exitCode, started } = setUp({ shutdown: () => never });
  await started;
  host.emit('SIGTERM', 'SIGTERM');
  assert.equal(await exitCode, 0);
  assert.deepEqual(events, ['stopping', 'stop_timed_out']);
});

test('a failed shutdown is logged and does not change the exit code', async () => {
  const { host, events, exitCode, started } = setUp({ shutdown: () => Promise.reject(new Error('no')) });
  await started;
  host.emit('SIGTERM', 'SIGTERM');
  assert.equal(await exitCode, 0);
  assert.deepEqual(events, ['stopping', 'stop_failed']);
});

for (const event of ['uncaughtException', 'unhandledRejection']) {
  test(`${event}: logged, short shutdown, exit code 1`, async () => {
    const { host, events, calls, exitCode, started } = setUp({ shutdown: () => never });
    await started;
    host.emit(event, new Error('bug'));
    assert.equal(await exitCode, 1);
    assert.equal(calls.shutdown, 1);
    assert.deepEqual(events, ['crashed', 'stop_timed_out']);
  });
}

test('a crash during shutdown: exit code 1', async () => {
  const { host, exitCode, started } = setUp({ shutdown: () => never });
  await started;
  host.emit('SIGTERM', 'SIGTERM');
  host.emit('unhandledRejection', 'not even an Error');
  assert.equal(await exitCode, 1);
});

test('a failed start: its message and exit code 1, also if it throws synchronously', async () => {
  for (const start of [
    () => Promise.reject(new Error('cannot listen on localhost:9545')),
    () => {
      throw new Error('cannot listen on localhost:9545');
    },
  ]) {
    const { host, events, exitCode } = setUp({ start });
    assert.equal(await exitCode, 1);
    assert.deepEqual(events, ['start_failed']);
    assert.deepEqual(host.eventNames(), []);
  }
});

test('a signal during the start shuts the exporter down', async () => {
  const starting = Promise.withResolvers<Exporter>();
  const { host, calls, exitCode, exporter } = setUp({
    start: () => starting.promise,
    deadlines: { signal: 60_000, crash: 1 },
  });
  host.emit('SIGTERM', 'SIGTERM');
  starting.resolve(exporter);
  assert.equal(await exitCode, 0);
  assert.equal(calls.shutdown, 1);
});

test('a signal ends a start that hangs', async () => {
  const { host, exitCode } = setUp({ start: () => never });
  host.emit('SIGTERM', 'SIGTERM');
  assert.equal(await exitCode, 0);
});
