/** Names in the example alerts and in the expressions on the pages; promtool checks the syntax in test/prometheus. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { blocksIn, ROOT } from '../../helpers/pages.ts';
import { ATTRIBUTES, METRICS } from './known-metrics.ts';

const PROMQL = new Set(
  'sum rate increase predict_linear absent_over_time by without on group_left or unless'.split(' '),
);

/** Labels that the relabelling of examples/prometheus adds. */
const TARGET_LABELS = new Set('ecs_cluster ecs_service ecs_family ecs_revision'.split(' '));

/** The words of an expression, without its strings and durations. */
function wordsOf(expression: string): readonly string[] {
  return expression.replaceAll(/"[^"]*"|\[\w+\]/g, '').match(/\b[a-zA-Z_]\w*/g) ?? [];
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

/** The expressions of a rules file, by alert. */
function expressionsOf(file: string): ReadonlyMap<string, string> {
  const rules = readFileSync(`${ROOT}examples/prometheus/${file}`, 'utf8')
    .split(/^ {6}- alert: /m)
    .slice(1);
  return new Map(
    rules.map((rule) => {
      const [, block, line] = /^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)$)/m.exec(rule) ?? [];
      return [rule.slice(0, rule.indexOf('\n')), (block ?? line ?? '').trim()];
    }),
  );
}

const ALERTS = { ecs: expressionsOf('alerts.yml'), semconv: expressionsOf('alerts-semconv.yml') };

const EXPRESSIONS = [
  ...blocksIn('promql').map(({ page, line, body }) => [`${page}:${line}`, body] as const),
  ...ALERTS.ecs,
  ...ALERTS.semconv,
];

for (const [place, expression] of EXPRESSIONS) {
  test(`${place}: ${expression.replaceAll(/\s+/g, ' ').trim()}`, () => {
    assert.notEqual(expression, '');
    assert.deepEqual(problemsOf(expression), []);
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

test('both vocabularies have the same alerts', () => {
  assert.ok(ALERTS.ecs.size > 8);
  assert.deepEqual([...ALERTS.semconv.keys()], [...ALERTS.ecs.keys()]);
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
