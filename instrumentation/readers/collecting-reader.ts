import { MetricReader } from '@opentelemetry/sdk-metrics';
import { SDK_TEMPORALITY } from '../finish.ts';
import type { FinishPass } from '../pipeline.ts';
import { createTurns } from './turns.ts';

/** A reader that collects when it is asked to, and holds nothing to flush or to close. */
export class CollectingReader extends MetricReader {
  readonly #finish: FinishPass;
  readonly #turns = createTurns();

  constructor(componentType: string, finish: FinishPass) {
    super({ otelComponentType: componentType, aggregationTemporalitySelector: () => SDK_TEMPORALITY });
    this.#finish = finish;
  }

  /** A container's series are bounded by the task definition; the SDK's default of 2000 would cut off large tasks. */
  override selectCardinalityLimit(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  override collect(): ReturnType<MetricReader['collect']> {
    return this.#turns(async () => {
      const { resourceMetrics, errors } = await super.collect();
      return { resourceMetrics: this.#finish(resourceMetrics), errors };
    });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
