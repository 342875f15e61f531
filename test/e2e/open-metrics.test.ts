/** The formats of the running program's page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globsOf } from '../helpers/config.ts';
import { startRunningExporter } from '../helpers/running.ts';
import { parseExposition } from '../real/exposition.ts';

const ACCEPTS = [
  undefined,
  '*/*',
  'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  'application/openmetrics-text',
] as const;

async function fetched(origin: string, accept: string | undefined) {
  const response = await fetch(`${origin}/metrics`, { headers: accept === undefined ? {} : { accept } });
  return {
    type: response.headers.get('content-type'),
    vary: response.headers.get('vary'),
    text: await response.text(),
  };
}

test('without --prometheus-start-times, Accept changes nothing', async (t) => {
  const { origin } = await startRunningExporter(t);
  const all = await Promise.all(ACCEPTS.map((accept) => fetched(origin, accept)));
  for (const one of all) assert.deepEqual(one, all[0]);
  assert.equal(all[0]?.type, 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(all[0]?.vary, 'accept-encoding');
});

test('with it, OpenMetrics has the series of the text page and the start times of containers', async (t) => {
  const both = { prometheus: ['ecs', 'semconv'], otlp: [], console: [], statsd: [] } as const;
  const prometheus = { resourceLabels: globsOf('aws.ecs.service.name'), hasStartTimes: true };
  const { origin, task } = await startRunningExporter(t, { vocabularies: both, prometheus });
  const [none, any, preferred, only] = await Promise.all(ACCEPTS.map((accept) => fetched(origin, accept)));
  assert.deepEqual(any, none);
  assert.deepEqual(only, preferred);
  assert.equal(none?.vary, 'accept, accept-encoding');
  assert.equal(only?.type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  const open = only?.text ?? '';
  const samplesOf = (text = ''): readonly string[] =>
    text.split('\n').filter((line) => /^\w+[{ ]/.test(line) && !/^\w+_created[{ ]/.test(line));
  assert.deepEqual(samplesOf(open), samplesOf(none?.text));

  const { series } = parseExposition(open.replace(/# EOF\n$/, ''));
  const created = series.filter(({ name }) => name.endsWith('_created'));
  const ofWeb = created.filter(({ name, labels }) => name.includes('cpu') && labels.get('container_name') === 'web');
  const startedNs = task.containers.get('web')?.startedNs ?? assert.fail('no container');
  assert.ok(ofWeb.length >= 2);
  for (const { value } of ofWeb) assert.equal(value, Number(startedNs) / 1e9);
  assert.ok(created.length > 20);
  for (const { name, labels } of series) {
    if (name !== 'target_info') assert.equal(labels.get('aws_ecs_service_name'), 'shop-service', name);
  }
});
