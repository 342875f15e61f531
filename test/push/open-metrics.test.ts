/** An independent strict parser and promtool read the program's OpenMetrics pages. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { OPEN_METRICS } from '../../instrumentation/prometheus/open-metrics.ts';
import { EVERYTHING } from '../../src/metrics/catalogue.ts';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { VERSION } from '../../src/version.ts';
import { type FakeTask, serveFakeTask } from '../prometheus/fake-task.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { at } from '../real/json.ts';
import { pushPart } from '../real/push-parts.ts';
import { createRooms, ENERGY, fakeSource, pagesOf, ROOMS } from '../unit/instrumentation/fake-source.ts';

const ACCEPT = 'application/openmetrics-text;version=1.0.0';
const OPTIONS = ['--metric-names', 'ecs,semconv', '--metrics', 'all', '--prometheus-start-times'];
const HOSTILE = [
  'quote " and backslash \\',
  'ends in a backslash\\',
  'line\nbreak',
  '# EOF',
  'Überwachung 監視',
  ' a\tb ',
];

/** The families that the parser finds. @throws with the message of the parser or promtool */
function parsed(page: string): object {
  const promtool = spawnSync(pushPart('promtool'), ['check', 'metrics', '--extended', '--lint=none'], { input: page });
  assert.equal(promtool.status, 0, String(promtool.stderr));
  const { status, stdout, stderr } = spawnSync(pushPart('parse-openmetrics'), [], { input: page, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return Object(JSON.parse(stdout));
}

async function pageOf(origin: string): Promise<string> {
  return (await fetch(`${origin}/metrics`, { headers: { accept: ACCEPT } })).text();
}

test('the demo task, with resource labels', async () => {
  const exporter = await startExporterProcess('demo', [...OPTIONS, '--prometheus-resource-labels', '*']);
  try {
    const families = parsed(await pageOf(`http://localhost:${exporter.port}`));
    assert.ok(Object.keys(families).length > 100);
    assert.equal(at(families, 'ecs_task_cpu_usage_seconds', 'type'), 'counter');
    assert.equal(at(families, 'container_memory_usage_bytes', 'unit'), 'bytes');
  } finally {
    await exporter.stop();
  }
});

test('unusual names', async () => {
  const task: FakeTask = await serveFakeTask(HOSTILE, 'eth"0\\\n');
  const exporter = await startExporterProcess('run', [...OPTIONS, '--metadata-url', task.url]);
  try {
    assert.ok(Object.keys(parsed(await pageOf(`http://localhost:${exporter.port}`))).length > 60);
  } finally {
    await exporter.stop();
    await task.close();
  }
});

test('every row of the catalogue', async () => {
  const sets = VOCABULARIES.map((vocabulary) => metricSet(vocabulary, VERSION, EVERYTHING));
  const readingsOf = ({ metrics }: (typeof sets)[number]) =>
    metrics.map((metric) => ({ metric, attributes: {}, value: 1, startTimeNs: 1_790_000_000_000_000_001n }));
  const byScope = new Map(sets.map((set) => [set.scope, readingsOf(set)]));
  const sample = [{ key: 'a', resource: {}, readings: { byScope } }];
  const { page } = pagesOf({ current: () => sample }, sets, { alternative: OPEN_METRICS });
  const families = parsed((await page(ACCEPT)).body.toString());
  const count = sets.reduce((sum, { metrics }) => sum + metrics.length, 0);
  assert.equal(Object.keys(families).length, count + 1, 'target_info, and a family for each metric');
});

test('the parser is strict', async () => {
  const source = fakeSource();
  const room = createRooms();
  source.show([{ metric: ENERGY, attributes: room('hall'), value: 1, startTimeNs: 5n }]);
  const text = (await pagesOf(source, [ROOMS], { alternative: OPEN_METRICS }).page(ACCEPT)).body.toString();
  assert.ok('room_energy' in parsed(text));
  for (const broken of [
    text.replace('# EOF\n', ''),
    text.replace('room_energy counter', 'room_energy_total counter'),
    text.replace('room_energy_total{', 'room_energy{'),
    text.replace('# HELP room_energy', '# UNIT room_energy joules\n# HELP room_energy'),
  ]) {
    assert.throws(() => parsed(broken), broken);
  }
});
