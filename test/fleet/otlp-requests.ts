/** Reads ExportMetricsServiceRequests with many resources, as a gateway sends them. */
import type { OtlpExport } from '../helpers/otlp-export.ts';
import { decodeProtobuf } from '../helpers/otlp-protobuf.ts';
import { bits, type Message, messageIn, messages, readMessage, text } from '../helpers/protobuf-reader.ts';
import type { PointsAt } from './messages.ts';

/** The resource attribute that identifies a task. */
const TASK_ID = 'aws.ecs.task.id';

/** Numbers of points in a request by task and time, without decoding the points further. */
export function pointsIn(body: Buffer): readonly PointsAt[] {
  return messages(readMessage(body), 1).flatMap((resourceMetrics) => {
    const taskId = taskIdOf(resourceMetrics);
    const counts = new Map<bigint, number>();
    for (const metric of metricsIn(resourceMetrics)) {
      // Only gauges (5) and sums (7) are used.
      const data = messageIn(metric, 5) ?? messageIn(metric, 7);
      if (data === undefined) throw new RangeError('a metric without points');
      for (const point of messages(data, 1)) {
        const timeNs = bits(point, 3) ?? 0n;
        counts.set(timeNs, (counts.get(timeNs) ?? 0) + 1);
      }
    }
    return [...counts].map(([timeNs, points]) => ({ taskId, timeNs, points }));
  });
}

/** The exports of one task in a request, one per occurrence of its resource. */
export function exportsOf(taskId: string, body: Buffer): readonly OtlpExport[] {
  return (readMessage(body).get(1) ?? []).flatMap((wire) => {
    if (wire.kind !== 'bytes' || taskIdOf(readMessage(wire.bytes)) !== taskId) return [];
    return [decodeProtobuf(asRequest(wire.bytes))];
  });
}

function metricsIn(resourceMetrics: Message): readonly Message[] {
  return messages(resourceMetrics, 2).flatMap((scopeMetrics) => messages(scopeMetrics, 2));
}

function taskIdOf(resourceMetrics: Message): string {
  const resource = messageIn(resourceMetrics, 1) ?? new Map();
  const pair = messages(resource, 1).find((attribute) => text(attribute, 1) === TASK_ID);
  const value = pair && messageIn(pair, 2);
  return (value && text(value, 1)) ?? '';
}

/** Encodes one resource as a request: field 1, its length as a varint, its bytes. */
function asRequest(resourceMetrics: Buffer): Buffer {
  const head = [0x0a];
  let rest = resourceMetrics.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) + 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), resourceMetrics]);
}
