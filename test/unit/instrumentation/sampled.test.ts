import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExportError } from '../../../instrumentation/export-error.ts';
import type { Sender } from '../../../instrumentation/readers/gated-exporter.ts';
import { createSampledPipeline, type SampledPipeline } from '../../../instrumentation/readers/sampled.ts';
import { eventually } from '../../helpers/eventually.ts';
import { createRooms, ENERGY, type FakeSource, fakeSource, pipelineOptions, TEMPERATURE } from './made-up.ts';

const room = createRooms();
/** Longer than a busy machine takes for any export here. */
const PATIENT_MS = 60_000;
const OK: ExportResult = { code: ExportResultCode.SUCCESS };

interface Sampled {
  readonly source: FakeSource;
  readonly pipeline: SampledPipeline;
  /** The values that were sent: the temperature of the hall of each export. */
  readonly sent: number[];
  /** Ends of exports that are under way. */
  readonly ends: ((result: ExportResult) => void)[];
  /** How exports ended: `ok`, or the reason. */
  readonly told: string[];
  readonly calls: string[];
  /** A new sample with this value. */
  show(value: number): void;
}

function sampled(
  context: TestContext,
  onSend: (done: (result: ExportResult) => void) => void,
  timeoutMs = PATIENT_MS,
): Sampled {
  const source = fakeSource();
  const sent: number[] = [];
  const ends: ((result: ExportResult) => void)[] = [];
  const told: string[] = [];
  const calls: string[] = [];
  const exporter: Sender = {
    export(metrics, done) {
      sent.push(temperatureOf(metrics));
      ends.push(done);
      onSend(done);
    },
    forceFlush: async () => {},
    shutdown: async () => void calls.push('shutdown'),
    abort: () => void calls.push('abort'),
    hurry: () => void calls.push('hurry'),
  };
  const onExport = (error: ExportError | undefined): void => void told.push(error?.reason ?? 'ok');
  const pipeline = createSampledPipeline(pipelineOptions(source), { exporter, timeoutMs, onExport });
  context.after(() => pipeline.shutdown(10));
  const show = (value: number): void =>
    source.show([
      { metric: TEMPERATURE, attributes: room('hall'), value },
      { metric: ENERGY, attributes: room('hall'), value },
    ]);
  return { source, pipeline, sent, ends, told, calls, show };
}

function temperatureOf({ scopeMetrics }: ResourceMetrics): number {
  const metric = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === TEMPERATURE.name);
  return Number(metric?.dataPoints[0]?.value);
}

test('each sample is sent once, when it is there', async (context) => {
  const { pipeline, sent, told, show } = sampled(context, (done) => done(OK));
  for (const value of [1, 2, 3]) {
    show(value);
    await pipeline.send();
  }
  assert.deepEqual(sent, [1, 2, 3]);
  assert.deepEqual(told, ['ok', 'ok', 'ok']);
});

test('nothing to send is no export', async (context) => {
  const { pipeline, sent, told } = sampled(context, (done) => done(OK));
  await pipeline.send();
  assert.deepEqual([sent, told], [[], []]);
});

test('samples that come while one is being sent: none beside it, and the newest one at the end', async (context) => {
  const { pipeline, sent, told, ends, show, calls } = sampled(context, () => {});
  show(1);
  const first = pipeline.send();
  await turn();
  for (const value of [2, 3]) {
    show(value);
    assert.equal(pipeline.send(), first);
  }
  assert.deepEqual(sent, [1]);
  const closed = pipeline.shutdown(PATIENT_MS);
  ends[0]?.(OK);
  await first;
  await turn();
  assert.deepEqual(sent, [1, 3]);
  assert.deepEqual(calls, ['hurry'], 'closed while the last sample was being sent');
  ends[1]?.(OK);
  await closed;
  assert.deepEqual(told, ['ok', 'ok']);
  assert.deepEqual(calls, ['hurry', 'shutdown']);
});

test('a sample that was sent is not sent again at the end', async (context) => {
  const { pipeline, sent, calls, show } = sampled(context, (done) => done(OK));
  show(1);
  await pipeline.send();
  await pipeline.shutdown(PATIENT_MS);
  assert.deepEqual(sent, [1]);
  assert.deepEqual(calls, ['hurry', 'shutdown']);
});

test('one that hangs is cut off, and the next one is tried', async (context) => {
  const { pipeline, sent, told, ends, show, calls } = sampled(context, () => {}, 30);
  show(1);
  await pipeline.send();
  assert.deepEqual([told, calls], [['timeout'], ['abort']]);
  show(2);
  const second = pipeline.send();
  await turn();
  ends[0]?.(OK);
  ends[1]?.(OK);
  await second;
  assert.deepEqual(sent, [1, 2]);
  assert.deepEqual(told, ['timeout', 'ok']);
});

test('an end that is due waits for one that hangs no longer than it has', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { pipeline, sent, told, show } = sampled(context, () => {});
  show(1);
  void pipeline.send();
  await eventually(() => sent.length === 1);
  const closed = pipeline.shutdown(100);
  assert.deepEqual(told, []);
  context.mock.timers.tick(1000);
  await closed;
  assert.deepEqual(told, ['timeout']);
});

test('a collection that fails is told, and the next sample is sent', async (context) => {
  const { pipeline, sent, told, source, show } = sampled(context, (done) => done(OK));
  const { resource } = source;
  show(1);
  Object.assign(source, {
    resource: () => {
      throw new RangeError('no identity');
    },
  });
  await pipeline.send();
  assert.deepEqual(told, ['other']);
  Object.assign(source, { resource });
  show(2);
  await pipeline.send();
  assert.deepEqual([sent, told], [[2], ['other', 'ok']]);
});

test('after the end nothing is sent, and that is told', async (context) => {
  const { pipeline, sent, told, show } = sampled(context, (done) => done(OK));
  await pipeline.shutdown(PATIENT_MS);
  await pipeline.shutdown(PATIENT_MS);
  show(1);
  await pipeline.send();
  assert.deepEqual([sent, told], [[], ['other']]);
});

test('one that is crowded begins anew, and its exporter does not notice', async (context) => {
  const { source, pipeline, sent, told, calls } = sampled(context, (done) => done(OK));
  for (let generation = 0; generation < 12; generation += 1) {
    source.show(
      Array.from({ length: 1000 }, (_, at) => ({
        metric: TEMPERATURE,
        attributes: { room: `${generation}-${at}` },
        value: generation,
      })),
    );
    await pipeline.send();
  }
  assert.deepEqual(
    sent,
    Array.from({ length: 12 }, (_, at) => at),
  );
  assert.deepEqual(new Set(told), new Set(['ok']));
  assert.deepEqual(calls, []);
});
