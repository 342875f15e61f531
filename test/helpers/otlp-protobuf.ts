import {
  type Attributes,
  type AttributeValue,
  type OtlpExport,
  type OtlpMetric,
  type OtlpPoint,
  temporalityOf,
} from './otlp-export.ts';
import { bits, double, type Message, messageIn, messages, readMessage, signed, text } from './protobuf-reader.ts';

/**
 * An ExportMetricsServiceRequest. Field numbers are those of
 * https://github.com/open-telemetry/opentelemetry-proto/tree/v1.9.0/opentelemetry/proto
 */
export function decodeProtobuf(body: Buffer): OtlpExport {
  const [resourceMetrics, ...others] = messages(readMessage(body), 1);
  if (resourceMetrics === undefined || others.length > 0) throw new RangeError('not one resource');
  const resource = messageIn(resourceMetrics, 1);
  return {
    resource: resource === undefined ? new Map() : attributes(resource, 1),
    scopes: messages(resourceMetrics, 2).map((scopeMetrics) => {
      const scope = messageIn(scopeMetrics, 1) ?? new Map();
      return {
        name: text(scope, 1) ?? '',
        version: text(scope, 2) ?? '',
        metrics: messages(scopeMetrics, 2).map(metric),
      };
    }),
  };
}

function metric(message: Message): OtlpMetric {
  const gauge = messageIn(message, 5);
  const sum = messageIn(message, 7);
  const data = gauge ?? sum ?? new Map();
  return {
    name: text(message, 1) ?? '',
    description: text(message, 2) ?? '',
    unit: text(message, 3) ?? '',
    kind: gauge !== undefined ? 'gauge' : sum !== undefined ? 'sum' : 'other',
    temporality: temporalityOf(Number(sum && bits(sum, 2))),
    isMonotonic: sum !== undefined && bits(sum, 3) === 1n,
    points: messages(data, 1).map(point),
  };
}

function point(message: Message): OtlpPoint {
  const value = double(message, 4) ?? signed(message, 6);
  if (value === undefined) throw new RangeError('a point without a value');
  return {
    attributes: attributes(message, 7),
    value,
    isInteger: signed(message, 6) !== undefined,
    startNs: bits(message, 2) ?? 0n,
    timeNs: bits(message, 3) ?? 0n,
  };
}

function attributes(message: Message, field: number): Attributes {
  return new Map(messages(message, field).map((pair) => [text(pair, 1) ?? '', anyValue(messageIn(pair, 2))]));
}

function anyValue(value: Message | undefined): AttributeValue {
  if (value === undefined) return undefined;
  const array = messageIn(value, 5);
  if (array !== undefined) return messages(array, 1).map(anyValue);
  const flag = bits(value, 2);
  return text(value, 1) ?? signed(value, 3) ?? double(value, 4) ?? (flag === undefined ? undefined : flag === 1n);
}
