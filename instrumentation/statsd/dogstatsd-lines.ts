import type { Attributes } from '@opentelemetry/api';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { isCounter, isNumeric } from '../collection.ts';

/**
 * Formats a metric as DogStatsD gauges: `name:value|g|#tag:value,...`. Counters are gauges too, with `_total` appended to the
 * name. Instrument names contain no reserved characters.
 *
 * @param constantTags tags of every line, after the metric's own; see `constantTag`
 * @see https://docs.datadoghq.com/extend/dogstatsd/datagram_shell/
 */
export function gaugeLines(metric: MetricData, constantTags: readonly string[]): readonly string[] {
  if (!isNumeric(metric)) return [];
  const name = isCounter(metric) ? `${metric.descriptor.name}_total` : metric.descriptor.name;
  return metric.dataPoints.flatMap(({ attributes, value }) => {
    if (!Number.isFinite(value)) return [];
    const tags = [...ownTags(attributes), ...constantTags];
    const line = (text: number): string => `${name}:${text}|g${tags.length === 0 ? '' : `|#${tags.join(',')}`}`;
    // StatsD adds a gauge with a sign to the previous value, so a negative value needs a 0 first (Datadog's agent does not):
    // https://github.com/statsd/statsd/blob/master/docs/metric_types.md#gauges
    return value < 0 ? [line(0), line(value)] : [line(value)];
  });
}

/** At most 3,000 bytes in UTF-8. */
const MAX_VALUE_LENGTH = 1000;
/** Separators of the protocol, and characters that a receiver may interpret as the end of a line. */
const RESERVED = /[|,#@\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Omits empty values: a tag without a value is malformed. */
function ownTags(attributes: Attributes): readonly string[] {
  return Object.entries(attributes).flatMap(([name, value = '']) => {
    const text = String(value).slice(0, MAX_VALUE_LENGTH).replace(RESERVED, '_');
    return text === '' ? [] : [`${name.replace(RESERVED, '_').replaceAll(':', '_')}:${text}`];
  });
}

/** Replaces characters in a configured tag as Datadog's Python client does, so that existing series keep their tags. */
export function constantTag(text: string): string {
  return text.replace(/[^\p{L}\p{N}_:/.-]/gu, '_');
}

/** Joins lines into datagrams of at most `maxBytes`. A longer line gets its own datagram. */
export function joinLines(lines: readonly string[], maxBytes: number): readonly string[] {
  const datagrams: string[] = [];
  let joined: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const lineBytes = Buffer.byteLength(line);
    if (joined.length > 0 && bytes + 1 + lineBytes > maxBytes) {
      datagrams.push(joined.join('\n'));
      joined = [];
    }
    bytes = joined.length === 0 ? lineBytes : bytes + 1 + lineBytes;
    joined.push(line);
  }
  return joined.length === 0 ? datagrams : [...datagrams, joined.join('\n')];
}
