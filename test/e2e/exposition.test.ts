/** Prometheus' text format, as sent: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { formatViolations } from '../helpers/exposition-rules.ts';
import { scriptedEndpoint, startExporterOn, startRunningExporter } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { parseExposition } from '../real/exposition.ts';

const withVocabularies = (...prometheus: readonly VocabularyName[]) => ({
  vocabularies: { prometheus, otlp: [], console: [], statsd: [] },
});

for (const vocabularies of [['ecs'], ['semconv'], ['ecs', 'semconv'], ['semconv', 'ecs']] as const) {
  test(`the page with the names of ${vocabularies.join(' and ')}`, async (t) => {
    const running = await startRunningExporter(t, withVocabularies(...vocabularies));
    running.task.advance(10);
    await running.poll();
    running.endpoint.fault = { status: 404 };
    await running.poll();
    const page = await running.page();
    assert.deepEqual(formatViolations(page), []);
    const { series } = parseExposition(page);
    const names = new Set(series.map(({ name }) => name));
    assert.equal(
      names.has('ecs_task_mem_usage'),
      vocabularies.some((name) => name === 'ecs'),
    );
    assert.equal(
      names.has('container_memory_usage_bytes'),
      vocabularies.some((name) => name === 'semconv'),
    );
    assert.ok(names.has('target_info'));
    for (const { name, value } of series) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  });
}

test('a page of both vocabularies is the union of their pages', async (t) => {
  const task = scriptedTask('web');
  const lines = async (...names: readonly VocabularyName[]): Promise<readonly string[]> => {
    const page = await (await startRunningExporter(t, withVocabularies(...names), task)).page();
    return page
      .split('\n')
      .filter(
        (line) =>
          !/exporter_(?:poll_duration|last_success|series|process|event)|process_(?:cpu|memory)|eventloop|target_info/.test(
            line,
          ),
      );
  };
  const both = await lines('ecs', 'semconv');
  const apart = [...(await lines('ecs')), ...(await lines('semconv'))];
  assert.deepEqual(both.filter((line) => line !== '').toSorted(), apart.filter((line) => line !== '').toSorted());
});

test('the page is valid before the first successful poll', async (t) => {
  stopClock(t);
  const { endpoint, task } = await scriptedEndpoint(t);
  endpoint.fault = { status: 404 };
  const running = await startExporterOn(t, endpoint, task, withVocabularies('ecs', 'semconv'));
  await running.exporter.poll();
  const page = await running.page();
  assert.deepEqual(formatViolations(page), []);
  assert.match(page, /^ecs_task_exporter_status 0$/m);
});

test('the page of a task without containers is valid', async (t) => {
  const running = await startRunningExporter(t, withVocabularies('ecs', 'semconv'), scriptedTask());
  const page = await running.page();
  assert.deepEqual(formatViolations(page), []);
  assert.match(page, /^ecs_task_exporter_status 1$/m);
});

test('unusual names, labels and resource attributes', async (t) => {
  const hostile = ['quote "', 'backslash \\', 'n\\n', '{x="y"} 1', '# HELP a b', '__proto__', 'ünïcode 監視'];
  const resourceAttributes = {
    'deployment.environment.name': 'te"st\\ \n',
    deployment_environment_name: 'again',
    'ä.b': 'x',
    '1st': 'y',
  };
  const running = await startRunningExporter(
    t,
    { ...withVocabularies('ecs', 'semconv'), resourceAttributes },
    scriptedTask(...hostile),
  );
  const page = await running.page();
  assert.deepEqual(formatViolations(page), []);
  const parsed = parseExposition(page);
  const [info] = parsed.having({ service_name: 'ecs-container-exporter' });
  assert.equal(info?.labels.get('deployment_environment_name'), 'te"st\\ \n;again');
  assert.equal(info?.labels.get('key_1st'), 'y');
  for (const name of hostile) {
    assert.ok((parsed.value('ecs_task_mem_usage', { container_name: name }) ?? 0) > 0, `${name} is not there`);
  }
});

test('the content type has the format version, and gzip encodes the same page', async (t) => {
  const running = await startRunningExporter(t, withVocabularies('ecs', 'semconv'));
  const plain = await fetch(`${running.origin}/metrics`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(plain.headers.get('content-encoding'), null);
  const text = await plain.text();
  assert.equal(Number(plain.headers.get('content-length')), Buffer.byteLength(text));

  const { get } = await import('node:http');
  const body = await new Promise<Buffer>((resolve, reject) => {
    get(`${running.origin}/metrics`, { agent: false, headers: { 'accept-encoding': 'gzip' } }, async (response) => {
      assert.equal(response.headers['content-encoding'], 'gzip');
      resolve(Buffer.concat(await response.toArray()));
    }).on('error', reject);
  });
  assert.ok(body.length * 4 < text.length, `${text.length} bytes became ${body.length}`);
  assert.equal(gunzipSync(body).toString(), text);
});
