/** The sizes of real exports of the demo task, and what docs/pushing.md states about them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startDemoEndpoint } from '../../src/demo/demo-endpoint.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { type Message, messages, readMessage } from '../helpers/protobuf-reader.ts';
import { until } from '../real/wait.ts';

const LEAN = 'aws.ecs.service.name,aws.ecs.task.family';
/** 30 days of exports at the default interval of 60 s. */
const EXPORTS_PER_MONTH = 30 * 24 * 60;

interface Sizes {
  readonly points: number;
  /** Compressed size of the request body. */
  readonly bodyBytes: number;
  /** Size of all points, each with its metric name and its resource. */
  readonly pointBytes: number;
  readonly resourceBytes: number;
}

/** The second export of the demo task. */
async function secondExport(t: TestContext, args: readonly string[]): Promise<Sizes> {
  const bodies: Buffer[] = [];
  const receiver = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()));
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const endpoint = await startDemoEndpoint();
  const { port } = receiver.address() as AddressInfo;
  const program = startInProcess(
    ['--exporters', 'otlp', '--exporter-port', '0', '--interval', '1', '--export-interval', '1', ...args],
    {
      ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    },
  );
  t.after(() => endpoint.close());
  const body = await until('the second export', () => bodies[1]);
  program.signal('SIGTERM');
  assert.equal(await program.ended, 0);
  receiver.close();
  return sizesOf(body);
}

function sizesOf(body: Buffer): Sizes {
  const [resourceMetrics] = messages(readMessage(gunzipSync(body)), 1);
  assert.ok(resourceMetrics !== undefined);
  const resourceBytes = lengthsOf(resourceMetrics, 1)[0] ?? 0;
  const points = messages(resourceMetrics, 2)
    .flatMap((scope) => messages(scope, 2))
    .flatMap((metric) => {
      const data = [5, 7].flatMap((field) => messages(metric, field));
      const name = lengthsOf(metric, 1)[0] ?? 0;
      return data.flatMap((points) => lengthsOf(points, 1).map((length) => name + length + resourceBytes));
    });
  return {
    points: points.length,
    bodyBytes: body.length,
    pointBytes: points.reduce((sum, bytes) => sum + bytes, 0),
    resourceBytes,
  };
}

function lengthsOf(message: Message, field: number): readonly number[] {
  return (message.get(field) ?? []).map((wire) => (wire.kind === 'bytes' ? wire.bytes.length : 0));
}

/** The cells of a row of the table, as numbers. */
function documented(firstCell: string): readonly number[] {
  const page = readFileSync(new URL('../../docs/pushing.md', import.meta.url), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith(`| ${firstCell} |`)) ?? assert.fail(firstCell);
  return row.split('|').slice(2, -1).map(Number);
}

for (const [firstCell, args] of [
  ['unset', []],
  [`\`${LEAN}\``, ['--resource-attributes-include', LEAN]],
] as const) {
  test(`docs/pushing.md states the size of the exports of a task: ${firstCell}`, async (t) => {
    const { points, resourceBytes, pointBytes, bodyBytes } = await secondExport(t, args);
    const month = {
      gigabytes: (pointBytes * EXPORTS_PER_MONTH) / 1e9,
      megabytes: (bodyBytes * EXPORTS_PER_MONTH) / 1e6,
    };
    for (const [index, measured] of [points, resourceBytes, month.gigabytes, month.megabytes].entries()) {
      const stated = documented(firstCell)[index] ?? Number.NaN;
      assert.ok(Math.abs(stated / measured - 1) < 0.05, `column ${index + 1}: ${stated}, measured ${measured}`);
    }
  });
}

test('docs/backends/cloudwatch.md states the same gigabytes per month and the same attributes', () => {
  const page = readFileSync(new URL('../../docs/backends/cloudwatch.md', import.meta.url), 'utf8');
  const [all, lean] = ['unset', `\`${LEAN}\``].map((firstCell) => documented(firstCell)[2]);
  assert.ok(page.includes(`${lean} instead of ${all} GB`));
  assert.ok(page.includes(`"RESOURCE_ATTRIBUTES_INCLUDE", "value": "${LEAN}"`));
});
