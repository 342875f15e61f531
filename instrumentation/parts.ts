import { type ResourceCollection, resourceMetricsOf } from './collection.ts';
import type { MetricExporter, Outcome, PartialSuccess } from './metric-exporter.ts';

/** The result of an export in several parts. */
export interface PartsOutcome {
  /** The first error, and the sum of rejected points. */
  readonly outcome: Outcome;
  /** Number of points in the parts that were not accepted. */
  readonly failedPoints: number;
}

/**
 * Sends a collection in parts of at most `exporter.maxPoints()` points, in order. After a rejected part (4xx), the next ones are
 * still sent. Any other failure ends the export, as does a part that is too large; the next export has smaller parts.
 *
 * @param onAccepted called after each part that the receiver accepted
 */
export async function exportParts(
  exporter: MetricExporter,
  collected: readonly ResourceCollection[],
  signal: AbortSignal,
  onAccepted: (part: readonly ResourceCollection[]) => void,
): Promise<PartsOutcome> {
  const total = countPoints(collected);
  let merged: Outcome | undefined;
  let failedPoints = 0;
  for (let from = 0; from < total; ) {
    const to = Math.min(from + (exporter.maxPoints?.() ?? total), total);
    const part = slicePoints(collected, from, to);
    const outcome = await exporter.export(part.map(resourceMetricsOf), signal);
    if (outcome.error === undefined) onAccepted(part);
    else failedPoints += to - from;
    merged = merged === undefined ? outcome : mergedOutcome(merged, outcome);
    from = to;
    if (endsExport(outcome)) {
      failedPoints += total - to;
      break;
    }
  }
  return { outcome: merged ?? {}, failedPoints };
}

function endsExport({ error, retryAfterMs = 0, isTooLarge = false }: Outcome): boolean {
  return error !== undefined && (error.reason !== 'client_error' || retryAfterMs > 0 || isTooLarge);
}

function mergedOutcome(one: Outcome, other: Outcome): Outcome {
  return { ...other, error: one.error ?? other.error, partial: mergedPartial(one.partial, other.partial) };
}

function mergedPartial(one: PartialSuccess | undefined, other: PartialSuccess | undefined): PartialSuccess | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return { rejectedPoints: one.rejectedPoints + other.rejectedPoints, message: one.message || other.message };
}

export function countPoints(collected: readonly ResourceCollection[]): number {
  const metrics = collected.flatMap(({ scopes }) => scopes.flatMap((scope) => scope.metrics));
  return metrics.reduce((sum, { readings }) => sum + readings.length, 0);
}

/** The points from index `from` (inclusive) to `to` (exclusive), in the order of the collection. */
export function slicePoints(
  collected: readonly ResourceCollection[],
  from: number,
  to: number,
): readonly ResourceCollection[] {
  let before = 0;
  const resources = collected.map((resource) => {
    const scopes = resource.scopes.map(({ scope, metrics }) => {
      const sliced = metrics.map(({ data, readings }) => {
        const range = [Math.max(0, from - before), Math.max(0, to - before)] as const;
        before += readings.length;
        return {
          data: { ...data, dataPoints: data.dataPoints.slice(...range) },
          readings: readings.slice(...range),
        };
      });
      return { scope, metrics: sliced.filter(({ readings }) => readings.length > 0) };
    });
    return { ...resource, scopes: scopes.filter(({ metrics }) => metrics.length > 0) };
  });
  return resources.filter(({ scopes }) => scopes.length > 0);
}
