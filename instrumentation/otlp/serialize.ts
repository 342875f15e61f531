import { type ISerializer, JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** The metrics of several resources, typed as the SDK passes them from its exporter to a serializer. */
export interface Batch extends ResourceMetrics {
  readonly all: readonly ResourceMetrics[];
}

/** @param all not empty */
export function batchOf(all: readonly ResourceMetrics[]): Batch {
  const [first] = all;
  if (first === undefined) throw new RangeError('nothing to export');
  return { all, resource: first.resource, scopeMetrics: all.flatMap(({ scopeMetrics }) => scopeMetrics) };
}

/** The SDK's serializers encode one resource per request; these encode all resources of a batch in one request. */
export const SERIALIZERS = {
  'http/protobuf': serializer(concatenated),
  'http/json': serializer(joined),
} as const;

export const CONTENT_TYPES = {
  'http/protobuf': 'application/x-protobuf',
  'http/json': 'application/json',
} as const;

/** The transport returns no response, so none is deserialized. */
function serializer(serializeRequest: (batch: Batch) => Uint8Array): ISerializer<Batch, object> {
  return { serializeRequest, deserializeResponse: () => ({}) };
}

/** Concatenating protobuf messages merges their repeated fields: https://protobuf.dev/programming-guides/encoding/#last-one-wins */
function concatenated({ all }: Batch): Uint8Array {
  const requests = all.map((metrics) => serialized(ProtobufMetricsSerializer, metrics));
  const [first] = requests;
  return requests.length === 1 && first !== undefined ? first : Buffer.concat(requests);
}

/** The text around the resource in the SDK's JSON request. */
const HEAD = '{"resourceMetrics":[';
const TAIL = ']}';

function joined({ all }: Batch): Uint8Array {
  const parts = all.flatMap((metrics, index) => {
    const request = serialized(JsonMetricsSerializer, metrics);
    const element = request.subarray(HEAD.length, request.length - TAIL.length);
    return index === 0 ? [element] : [Buffer.from(','), element];
  });
  return Buffer.concat([Buffer.from(HEAD), ...parts, Buffer.from(TAIL)]);
}

function serialized(serializer: ISerializer<ResourceMetrics, unknown>, metrics: ResourceMetrics): Uint8Array {
  return serializer.serializeRequest(metrics) ?? new Uint8Array();
}
