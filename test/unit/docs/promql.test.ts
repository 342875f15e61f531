/** Names in the rules, the dashboards and the expressions on the pages; test/monitoring and test/prometheus check the syntax. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { VOCABULARIES, type VocabularyName } from '../../../src/metrics/vocabulary.ts';
import { dashboardFiles } from '../../helpers/dashboard-files.ts';
import { blocksIn, ROOT } from '../../helpers/pages.ts';
import { at, listAt, textAt } from '../../real/json.ts';
import { ATTRIBUTES, METRICS } from './known-metrics.ts';

const PROMQL = new Set(
  [
    'sum min max count group quantile topk rate increase predict_linear absent_over_time time',
    'by without on group_left or and unless offset bool',
  ].flatMap((words) => words.split(' ')),
);

/** Labels that the relabelling of examples/prometheus adds. */
const TARGET_LABELS = new Set('ecs_cluster ecs_service ecs_family ecs_revision'.split(' '));

/** The words of an expression, without its strings and durations. */
function wordsOf(expression: string): readonly string[] {
  return expression.replaceAll(/"[^"]*"|\[[$\w]+\]/g, '').match(/\b[a-zA-Z_]\w*/g) ?? [];
}

/** Names that do not exist or are off by default, counters without a rate, and rates of gauges. */
function problemsOf(expression: string): readonly string[] {
  const isLabel = (word: string): boolean => ATTRIBUTES.has(word) || TARGET_LABELS.has(word);
  const metrics = wordsOf(expression).filter((word) => !PROMQL.has(word) && !isLabel(word));
  const counters = metrics.filter((name) => METRICS.get(name)?.isCounter === true);
  const rated = [...expression.matchAll(/\b(?:rate|increase)\((\w+)/g)].map(([, name]) => name);
  return [
    ...metrics.filter((name) => !METRICS.has(name)).map((name) => `no metric, label or word ${name}`),
    ...metrics.filter((name) => METRICS.get(name)?.isDefault === false).map((name) => `${name} is off by default`),
    ...(counters.join() === rated.join() ? [] : [`counters ${counters}, rates of ${rated}`]),
  ];
}

/** The expressions of the rules, by the alert or the recorded metric. */
function rulesOf(vocabulary: VocabularyName): ReadonlyMap<string, string> {
  const file: unknown = parse(readFileSync(`${ROOT}monitoring/rules/${vocabulary}.yml`, 'utf8'));
  const rules = listAt(file, 'groups').flatMap((group) => listAt(group, 'rules'));
  return new Map(rules.map((rule) => [String(at(rule, 'alert') ?? at(rule, 'record')), textAt(rule, 'expr')]));
}

const EXPRESSIONS = [
  ...blocksIn('promql').map(({ page, line, body }) => [`${page}:${line}`, body] as const),
  ...VOCABULARIES.flatMap((vocabulary) => [...rulesOf(vocabulary)]),
];

for (const [place, expression] of EXPRESSIONS) {
  test(`${place}: ${expression.replaceAll(/\s+/g, ' ').trim()}`, () => {
    assert.notEqual(expression, '');
    assert.deepEqual(problemsOf(expression), []);
  });
}

for (const { path, panels } of VOCABULARIES.flatMap(dashboardFiles)) {
  test(`${path}: metrics, labels and rates`, () => {
    const problems = panels.flatMap(({ title, queries }) =>
      queries.flatMap(({ expression }) => problemsOf(expression).map((problem) => `${title}: ${problem}`)),
    );
    assert.deepEqual(problems, []);
  });
}

test('the metrics of the CloudWatch alarms and queries exist', () => {
  const alarms = readFileSync(`${ROOT}examples/cloudwatch/alarms.json`, 'utf8').replaceAll('\\"', '"');
  const page = readFileSync(`${ROOT}docs/backends/cloudwatch.md`, 'utf8');
  const names = [...`${alarms}${page}`.matchAll(/\{"([\w.]+)"\}/g)].map(([, name = '']) => name);
  assert.ok(names.length >= 8, `${names}`);
  assert.deepEqual(
    names.filter((name) => METRICS.get(name)?.isDefault !== true),
    [],
  );
});

const MISTAKES: Readonly<Record<string, RegExp>> = {
  'ecs_task_mem_usage_rate > 0.9': /no metric/,
  'ecs_task_mem_peak_bytes > 1': /off by default/,
  'ecs_task_cpu_usage_seconds_total > 1': /counters/,
  'rate(ecs_task_cpu_cores[5m])': /rates of/,
  'ecs_task_container_health{state="UNHEALTHY"} == 1': /no metric, label/,
  'sum without (cause) (ecs_task_cpu_cores)': /no metric, label/,
};

for (const [expression, problem] of Object.entries(MISTAKES)) {
  test(`mistakes are found: ${expression}`, () => assert.match(problemsOf(expression).join(), problem));
}
