/** Receivers whose responses are truncated, endless or malformed: only the export fails. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExportFailureReason } from '../../instrumentation/metric-exporter.ts';
import type { Answer } from '../helpers/fault-receiver.ts';
import { metricsOf, type OtlpExport, pointsOf } from '../helpers/otlp-export.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { every, exportCounts, startOutage } from './outage.ts';
import {
  ACCEPT_THEN_RESET,
  CANARY,
  CONTINUE_FIRST,
  endless,
  GOOD,
  HTTP_1_0,
  LARGE_BODY,
  LARGE_HEAD,
  late,
  NO_RESPONSE,
  NOT_HTTP,
  RESET_EARLY,
  SWITCHING_PROTOCOLS,
  TOO_LARGE,
  TRUNCATED_HEAD,
  TWO_RESPONSES,
  WEB_PAGE,
} from './responses.ts';

const INTERVAL_MS = 600;
/** Number of failing exports before and after two accepted ones. */
const BAD = 3;

const ODD: readonly (readonly [what: string, answer: Answer, reason: ExportFailureReason])[] = [
  ['its process ends with the head of the request', RESET_EARLY, 'reset'],
  ['its process ends with the export taken', ACCEPT_THEN_RESET, 'reset'],
  ['it never answers', NO_RESPONSE, 'timeout'],
  ['its head never ends', endless('HTTP/1.1 200 OK\r\nx-filler: '), 'timeout'],
  ['its body never ends', endless('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n'), 'timeout'],
  ['a body of 503 never ends', endless('HTTP/1.1 503 No\r\ncontent-length: 100000\r\n\r\n'), 'server_error'],
  ['it is about to answer for ever', endless('', 'HTTP/1.1 102 Processing\r\n\r\n'), 'timeout'],
  ['it wants another protocol', SWITCHING_PROTOCOLS, 'timeout'],
  ['it answers with 8 MiB', LARGE_BODY, 'other'],
  ['it answers with a head of 64 KiB', LARGE_HEAD, 'other'],
  ['it refuses the export by its head', TOO_LARGE, 'client_error'],
  ['it ends within its head', TRUNCATED_HEAD, 'reset'],
  ['it speaks something else', NOT_HTTP, 'other'],
  ['it answers after two intervals', late(2 * INTERVAL_MS), 'timeout'],
  ['it answers after nearly three intervals', late(2.8 * INTERVAL_MS), 'timeout'],
];

/** Names, attributes and start times of container counters, once each. */
function series(...exports: readonly OtlpExport[]): readonly string[] {
  const all = exports
    .flatMap(metricsOf)
    .filter(({ isMonotonic }) => isMonotonic)
    .flatMap(({ name, points }) =>
      points.map(({ attributes, startNs }) => `${name} ${JSON.stringify([...attributes])} since ${startNs}`),
    );
  return [...new Set(all)].toSorted();
}

describe('unexpected responses', () => {
  for (const [what, answer, reason] of ODD) {
    test(`${what}: ${reason}, and the same series after the recovery`, async (t) => {
      const clock = stopClock(t);
      const running = await startOutage(t, clock, { answer: GOOD, config: every(INTERVAL_MS) });
      const { receiver } = running;
      const before = await clock.until('a good export', () => receiver.accepted[0]);
      const start = receiver.arrivals.length;
      const isEndless = reason === 'timeout' || what.startsWith('a body of 503');
      receiver.answer = ({ number }) => (number < start + BAD ? answer : GOOD);
      running.task.advance(10);
      await running.poll();
      // After 413, an export has several requests.
      const after = await clock.until(
        'a good export afterwards',
        () => {
          const accepted = receiver.accepted.filter(({ number }) => number >= start + BAD);
          return series(...accepted).length >= series(before).length ? accepted : undefined;
        },
        () => isEndless && receiver.unanswered > 0 && receiver.arrivals.length <= start + BAD,
      );
      assert.deepEqual(series(...after), series(before));
      const points = after.flatMap((one) => pointsOf(one, 'aws.ecs.container.cpu.time', { 'container.name': 'web' }));
      assert.equal(points[0]?.value, 70 * 0.25);
      await clock.until('the recovery in the log', () => (running.log().length > 1 ? true : undefined));
      assert.deepEqual(running.log(), [`warn otlp_export_failing ${reason}`, 'info otlp_export_recovered']);
      await running.poll();
      assert.deepEqual(exportCounts(await running.metrics()).failures, { [reason]: BAD });
      assert.deepEqual(
        receiver.arrivals.map(({ concurrent }) => concurrent),
        receiver.arrivals.map(() => 0),
        'requests at the same time',
      );
      await clock.until('no connection but one', () => (receiver.openConnections <= 1 ? true : undefined));
      assert.ok(!JSON.stringify(running.events()).includes(CANARY));
    });
  }

  for (const [what, answer] of [
    ['an HTTP/1.0 answer without a length', HTTP_1_0],
    ['100 Continue that nobody asked for', CONTINUE_FIRST],
    ['200 and a page of text', WEB_PAGE],
    ['an answer with another one behind it', TWO_RESPONSES],
  ] as const satisfies readonly (readonly [string, Answer])[]) {
    test(`${what} is accepted`, async (t) => {
      const clock = stopClock(t);
      for (const protocol of ['http/protobuf', 'http/json'] as const) {
        const running = await startOutage(t, clock, { answer, otlp: { protocol }, config: every(INTERVAL_MS) });
        await clock.until('two exports', () => (running.receiver.accepted.length >= 2 ? true : undefined));
        await running.poll();
        assert.deepEqual(running.log(), answer === WEB_PAGE ? ['warn otlp_partial_failing warning'] : []);
        assert.deepEqual(exportCounts(await running.metrics()).failures, {});
        assert.equal(running.receiver.accepted.length, running.receiver.arrivals.length);
        await clock.until('no connection but one', () => (running.receiver.openConnections <= 1 ? true : undefined));
      }
    });
  }
});
