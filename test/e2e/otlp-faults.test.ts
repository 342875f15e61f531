/** Failing receivers: one line at the start and one at the end of a failure, and no other effect on the exporter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { ExportFailureReason } from '../../instrumentation/metric-exporter.ts';
import type { OtlpConfig } from '../../src/config/config.ts';
import { pointsOf } from '../helpers/otlp-export.ts';
import { type OtlpReceiver, RECEIVER_CANARY } from '../helpers/otlp-receiver.ts';
import { startPushingExporter } from '../helpers/pushing-exporter.ts';
import { lastingPort } from '../real/lasting-port.ts';

const EXPORT_INTERVAL_MS = 120;

/** The log is the same whether the export or a request times out first. */
const TIMEOUTS = [
  ['of one request', { timeoutMs: 50 }],
  ['of the export', { timeoutMs: 10_000 }],
  ['of both', { timeoutMs: EXPORT_INTERVAL_MS }],
] as const satisfies readonly (readonly [name: string, otlp: Partial<OtlpConfig>])[];

const CASES: readonly (readonly [
  name: string,
  behaviour: OtlpReceiver['behaviour'],
  otlp: Partial<OtlpConfig>,
  message: RegExp,
  reason: ExportFailureReason,
])[] = [
  ['503', 503, {}, /export failed: HTTP 503 Service Unavailable/, 'server_error'],
  ['429', 429, {}, /export failed: HTTP 429 Too Many Requests/, 'throttled'],
  ['500', 500, {}, /export failed: HTTP 500 Internal Server Error/, 'server_error'],
  ['400', 400, {}, /export failed: HTTP 400 Bad Request/, 'client_error'],
  ['401', 401, {}, /export failed: HTTP 401 Unauthorized/, 'client_error'],
  ...TIMEOUTS.map(
    ([name, otlp]) => [`hang, timeout ${name}`, 'hang', otlp, /export failed: .*timed out/, 'timeout'] as const,
  ),
];

for (const [name, behaviour, otlp, message, reason] of CASES) {
  test(`a receiver that answers ${name}: one warning, metrics continue, one line at the recovery`, async (t) => {
    const config = { exportIntervalMs: EXPORT_INTERVAL_MS, exportTimeoutMs: EXPORT_INTERVAL_MS };
    const pushing = await startPushingExporter(t, { behaviour, otlp: { timeoutMs: 50, ...otlp }, config });
    const { receiver, clock } = pushing;
    const isHanging = (): boolean => behaviour === 'hang';
    await clock.until('three failed exports', () => receiver.requests >= 3 || undefined, isHanging);
    await clock.until('the end of the third one', () => clock.inFlight === 0 || undefined, isHanging);
    assert.equal(receiver.exports.length, 0);
    receiver.behaviour = 200;
    pushing.task.advance(10);
    await pushing.poll();
    assert.equal(await pushing.status('/metrics'), 200);
    assert.equal(await pushing.status('/-/ready'), 200);
    const web = { container_name: 'web' };
    assert.equal((await pushing.metrics()).value('aws_ecs_container_cpu_time_seconds_total', web), 17.5);
    const page = await pushing.metrics();
    assert.equal(page.value('aws_ecs_exporter_status'), 1);
    const exporter = { otel_component_name: 'otlp' };
    const failures = page.value('aws_ecs_exporter_export_failures_total', { ...exporter, error_type: reason }) ?? 0;
    assert.deepEqual([failures, page.value('aws_ecs_exporter_exports_total', exporter)], [3, 3]);

    const first = await clock.until('an export', () => receiver.exports[0]);
    assert.equal(pointsOf(first, 'aws.ecs.container.cpu.time', { 'container.name': 'web' })[0]?.value, 17.5);
    await clock.until('the line of the recovery', () =>
      pushing.lines().some(({ event }) => event === 'otlp_export_recovered') ? true : undefined,
    );
    await clock.until('another export', () => receiver.exports[1]);
    const [begin, end, ...more] = pushing.lines().filter(({ event }) => event !== 'task_found');
    assert.deepEqual([begin?.level, begin?.event], ['warn', 'otlp_export_failing']);
    assert.match(begin?.message ?? '', message);
    assert.deepEqual([end?.level, end?.event], ['info', 'otlp_export_recovered'], end?.message ?? '');
    assert.deepEqual(more, []);
    assert.ok(!inspect(pushing.events(), { depth: 12 }).includes(RECEIVER_CANARY));
  });
}

for (const host of ['127.0.0.1', 'localhost']) {
  test(`no receiver listens at ${host}: the warning names the address`, async (t) => {
    const port = await lastingPort();
    const config = { exportIntervalMs: EXPORT_INTERVAL_MS, exportTimeoutMs: EXPORT_INTERVAL_MS };
    const url = new URL(`http://${host}:${port}/v1/metrics`);
    const pushing = await startPushingExporter(t, { otlp: { url, timeoutMs: 50 }, config });
    const warning = await pushing.clock.until('the warning', () =>
      pushing.lines().find(({ event }) => event === 'otlp_export_failing'),
    );
    assert.match(warning.message, /export failed: .*ECONNREFUSED/);
    assert.equal(warning.fields['reason'], 'unreachable');
    assert.equal(await pushing.status('/metrics'), 200);
  });
}
