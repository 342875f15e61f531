import { MetricReader } from '@opentelemetry/sdk-metrics';
import type { FinishPass } from '../pipeline.ts';

/** A reader that collects when it is asked to, and holds nothing to flush or to close. */
export class CollectingReader extends MetricReader {
  readonly #finish: FinishPass;

  constructor(componentType: string, finish: FinishPass) {
    super({ otelComponentType: componentType });
    this.#finish = finish;
  }

  /** A container's series are bounded by the task definition; the SDK's default of 2000 would cut off large tasks. */
  override selectCardinalityLimit(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  override async collect(): ReturnType<MetricReader['collect']> {
    const { resourceMetrics, errors } = await super.collect();
    return { resourceMetrics: this.#finish(resourceMetrics), errors };
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
