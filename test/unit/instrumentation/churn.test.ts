import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AggregationTemporality, InMemoryMetricExporter, MetricReader } from '@opentelemetry/sdk-metrics';
import { SDK_TEMPORALITY } from '../../../instrumentation/finish.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { createPipeline, type FinishPass, type PipelineOptions } from '../../../instrumentation/pipeline.ts';
import { createPullPipeline } from '../../../instrumentation/prometheus/pull-pipeline.ts';
import { createPushPipeline } from '../../../instrumentation/readers/push.ts';
import { parseExposition } from '../../real/exposition.ts';
import { ENERGY, type FakeSource, fakeSource, PEOPLE, pipelineOptions } from './made-up.ts';

/** So many series a sample, none of which is in another sample, beside one that stays. */
const PER_SAMPLE = 1000;

function showGeneration(source: FakeSource, generation: number): void {
  const passing: readonly Reading[] = Array.from({ length: PER_SAMPLE }, (_, at) => ({
    metric: at % 2 === 0 ? ENERGY : PEOPLE,
    attributes: { room: `g${generation}-${at}` },
    value: generation + at,
    startTimeNs: 5_000_000_000n,
  }));
  source.show([...passing, { metric: ENERGY, attributes: { room: 'cellar' }, value: 1_000_000 + generation }]);
}

test('twenty thousand series that come and go leave every page right', async () => {
  const source = fakeSource();
  const pipeline = createPullPipeline(pipelineOptions(source));
  for (let generation = 0; generation < 20; generation += 1) {
    showGeneration(source, generation);
    const { series } = parseExposition((await pipeline.page()).body.toString());
    const found = new Map(series.map(({ name, labels, value }) => [`${name} ${labels.get('room')}`, value]));
    assert.equal(found.size, PER_SAMPLE + 2, 'and the resource');
    assert.equal(found.get('room_energy_total cellar'), 1_000_000 + generation);
    assert.equal(found.get(`room_energy_total g${generation}-0`), generation);
    assert.equal(found.get(`room_people g${generation}-999`), generation + 999);
  }
});

class PlainReader extends MetricReader {
  readonly #finish: FinishPass;

  constructor(finish: FinishPass) {
    super({ aggregationTemporalitySelector: () => SDK_TEMPORALITY });
    this.#finish = finish;
  }

  override selectCardinalityLimit(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  async finished(): Promise<number> {
    const { resourceMetrics } = await super.collect();
    const { scopeMetrics } = this.#finish(resourceMetrics);
    return scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

test('a pipeline knows when it is crowded with the dead, and a new one is not', async () => {
  const source = fakeSource();
  const begin = () => createPipeline(pipelineOptions(source), (finish) => new PlainReader(finish));
  const old = begin();
  let generation = 0;
  while (!old.isCrowded()) {
    assert.ok(generation < 10, 'never crowded');
    showGeneration(source, generation);
    assert.equal(await old.reader.finished(), PER_SAMPLE + 1);
    generation += 1;
  }
  assert.ok(generation > 5, `crowded after ${generation} samples`);
  const fresh = begin();
  assert.equal(await fresh.reader.finished(), PER_SAMPLE + 1);
  assert.equal(fresh.isCrowded(), false);
  old.unregister();
  assert.equal(await old.reader.finished(), 0, 'it observes no more');
  await Promise.all([old.provider.shutdown(), fresh.provider.shutdown()]);
});

test('series that stay never crowd a pipeline, however many they are', async () => {
  const source = fakeSource();
  const pipeline = createPipeline(pipelineOptions(source), (finish) => new PlainReader(finish));
  const readings = Array.from({ length: 8000 }, (_, at) => ({
    metric: ENERGY,
    attributes: { room: `r${at}` },
    value: at,
  }));
  for (let sample = 0; sample < 5; sample += 1) {
    source.show([...readings]);
    assert.equal(await pipeline.reader.finished(), 8000);
    assert.equal(pipeline.isCrowded(), false);
  }
  await pipeline.provider.shutdown();
});

/** Counts the MeterProviders that are made: each takes the metrics once. */
function countedProviders(source: FakeSource): { readonly options: PipelineOptions; made(): number } {
  const { sets, ...options } = pipelineOptions(source);
  let made = 0;
  return {
    options: {
      ...options,
      get sets() {
        made += 1;
        return sets;
      },
    },
    made: () => made,
  };
}

const GENERATIONS = 13;

test('a page that is crowded with the dead comes from a new provider, and not each time', async () => {
  const source = fakeSource();
  const { options, made } = countedProviders(source);
  const pipeline = createPullPipeline(options);
  for (let generation = 0; generation < GENERATIONS; generation += 1) {
    showGeneration(source, generation);
    await pipeline.page();
  }
  // Crowded after the eighth: 7,000 dead are more than 5,000 and the 1,001 that live.
  assert.equal(made(), 2);
});

for (const temporality of [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA]) {
  test(`a push that is crowded begins anew: ${AggregationTemporality[temporality]}`, async () => {
    const source = fakeSource();
    const { options, made } = countedProviders(source);
    const exporter = new InMemoryMetricExporter(temporality);
    let exports = 0;
    const onExport = (): void => {
      exports += 1;
    };
    const pipeline = createPushPipeline(options, {
      exporter,
      intervalMs: 3_600_000,
      timeoutMs: 60_000,
      onExport,
      watchedFromNs: 0n,
    });
    for (let generation = 0; generation < GENERATIONS; generation += 1) {
      showGeneration(source, generation);
      await pipeline.flush(60_000);
      exporter.reset();
    }
    assert.equal(exports, GENERATIONS, 'a provider that is replaced sends nothing more');
    assert.equal(made(), 2);
    await pipeline.shutdown(60_000);
  });
}
