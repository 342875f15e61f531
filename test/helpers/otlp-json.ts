import { at, listAt } from '../real/json.ts';
import {
  type Attributes,
  type AttributeValue,
  type OtlpExport,
  type OtlpMetric,
  type OtlpPoint,
  temporalityOf,
} from './otlp-export.ts';

/** Decodes a JSON request: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function decodeJson(body: Buffer): OtlpExport {
  const request: unknown = JSON.parse(body.toString());
  const [resourceMetrics, ...others] = listAt(request, 'resourceMetrics');
  if (resourceMetrics === undefined || others.length > 0) throw new RangeError('not one resource');
  return {
    resource: attributes(at(resourceMetrics, 'resource')),
    scopes: listAt(resourceMetrics, 'scopeMetrics').map((scopeMetrics) => ({
      name: text(scopeMetrics, 'scope', 'name'),
      version: text(scopeMetrics, 'scope', 'version'),
      metrics: listAt(scopeMetrics, 'metrics').map(metric),
    })),
  };
}

function metric(value: unknown): OtlpMetric {
  const kind = at(value, 'gauge') !== undefined ? 'gauge' : at(value, 'sum') !== undefined ? 'sum' : 'other';
  return {
    name: text(value, 'name'),
    description: text(value, 'description'),
    unit: text(value, 'unit'),
    kind,
    temporality: temporalityOf(at(value, 'sum', 'aggregationTemporality')),
    isMonotonic: at(value, 'sum', 'isMonotonic') === true,
    points: listAt(value, kind, 'dataPoints').map(point),
  };
}

function point(value: unknown): OtlpPoint {
  const number = at(value, 'asDouble') ?? at(value, 'asInt');
  // 64-bit integers are strings, doubles are numbers.
  if (typeof number !== 'number' && typeof number !== 'string') throw new RangeError('a point without a value');
  return {
    attributes: attributes(value),
    value: Number(number),
    isInteger: at(value, 'asInt') !== undefined,
    startNs: nanoseconds(at(value, 'startTimeUnixNano')),
    timeNs: nanoseconds(at(value, 'timeUnixNano')),
  };
}

/** Rejects a JSON number, which would lose digits. */
function nanoseconds(value: unknown): bigint {
  if (typeof value !== 'string' || !/^\d+$/.test(value)) throw new RangeError(`${String(value)} is no time`);
  return BigInt(value);
}

function attributes(owner: unknown): Attributes {
  return new Map(listAt(owner, 'attributes').map((pair) => [text(pair, 'key'), anyValue(at(pair, 'value'))]));
}

function anyValue(value: unknown): AttributeValue {
  if (at(value, 'arrayValue') !== undefined) return listAt(value, 'arrayValue', 'values').map(anyValue);
  const int = at(value, 'intValue');
  if (int !== undefined) return Number(int);
  const scalar = at(value, 'stringValue') ?? at(value, 'doubleValue') ?? at(value, 'boolValue');
  return typeof scalar === 'string' || typeof scalar === 'number' || typeof scalar === 'boolean' ? scalar : undefined;
}

function text(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  if (found !== undefined && typeof found !== 'string') throw new RangeError(`${path.join('.')} is no text`);
  return found ?? '';
}
