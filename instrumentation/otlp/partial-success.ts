import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { PartialSuccess } from '../metric-exporter.ts';
import { sanitizeText } from '../sanitize-text.ts';

const MAX_MESSAGE_LENGTH = 200;

/**
 * Parses an ExportMetricsServiceResponse. A malformed one counts as empty, because the status was 2xx and some receivers send a
 * text.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function partialSuccess(
  data: Uint8Array,
  protocol: 'http/protobuf' | 'http/json',
  redact: (text: string) => string,
): PartialSuccess {
  const response = decoded(data, protocol);
  if (isNotOtlp(response, data)) return { rejectedPoints: 0, message: NOT_OTLP };
  const partial = member(response, 'partialSuccess');
  const message = member(partial, 'errorMessage');
  return {
    rejectedPoints: count(member(partial, 'rejectedDataPoints')),
    message: typeof message === 'string' ? sanitizeText(redact(message), MAX_MESSAGE_LENGTH) : '',
  };
}

const NOT_OTLP = 'its response is not OTLP; check that the endpoint is an OTLP/HTTP receiver';

/** True for a web page or the JSON of another service. Most receivers send an empty body. */
function isNotOtlp(response: unknown, data: Uint8Array): boolean {
  const start = new TextDecoder().decode(data.subarray(0, 100)).trimStart();
  if (start.startsWith('<')) return true;
  if (!start.startsWith('{')) return false;
  const json = response instanceof Object && Object.keys(response).length > 0 ? response : decoded(data, 'http/json');
  return json instanceof Object && Object.keys(json).length > 0 && !('partialSuccess' in json);
}

/** In JSON a 64-bit integer is a string, but many receivers send a number: https://protobuf.dev/programming-guides/json/ */
function count(value: unknown): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : 0;
}

function decoded(data: Uint8Array, protocol: 'http/protobuf' | 'http/json'): unknown {
  try {
    if (protocol === 'http/protobuf') return ProtobufMetricsSerializer.deserializeResponse(data);
    return data.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return value instanceof Object ? Reflect.get(value, name) : undefined;
}
