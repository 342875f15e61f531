import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricReader } from '@opentelemetry/sdk-metrics';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { createPipeline, type FinishPass } from '../../../instrumentation/pipeline.ts';
import { createPullPipeline } from '../../../instrumentation/readers/prometheus.ts';
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
    super({});
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
  assert.equal(await old.reader.finished(), PER_SAMPLE + 1, 'what it observed last');
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
