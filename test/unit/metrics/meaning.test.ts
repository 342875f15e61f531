import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogueRows, DEFAULT_SELECTION } from '../../../src/metrics/catalogue.ts';
import { ROW_DEFINITIONS } from '../../../src/metrics/row-instruments.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS, VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { blocksOf, MEANING_PAGE, prose } from '../../helpers/meaning-page.ts';
import { prometheusName } from '../../helpers/prometheus-name.ts';

interface Known {
  readonly isCounter: boolean;
  readonly isDefault: boolean;
}

/** All metric names, of Prometheus and OpenTelemetry. */
const known = new Map<string, Known>([['up', { isCounter: false, isDefault: true }]]);
/** Attribute and label names. */
const attributes = new Set(['job', 'instance']);

for (const [id, row] of catalogueRows()) {
  for (const vocabulary of VOCABULARIES) {
    for (const metric of Object.values(ROW_DEFINITIONS.get(id)?.[vocabulary] ?? {})) {
      for (const name of [prometheusName(metric), metric.name]) {
        const isDefault = DEFAULT_SELECTION.has(id, vocabulary) || known.get(name)?.isDefault === true;
        known.set(name, { isCounter: metric.kind === 'counter', isDefault });
      }
    }
  }
  for (const name of Object.keys(row.semconv?.constants ?? {})) attributes.add(name);
}
for (const names of Object.values(DIMENSIONS)) for (const name of Object.values(names)) attributes.add(name);
for (const names of Object.values(CONTAINER_ATTRIBUTES)) for (const name of Object.values(names)) attributes.add(name);
for (const name of attributes) attributes.add(name.replaceAll('.', '_'));

/**
 * Words in backticks with the form of our metric names, and whether they are marked as off by default. In tables of other
 * programs' names, the first and the last column are theirs.
 */
function ourWords(text: string): readonly (readonly [word: string, isMarked: boolean])[] {
  let isTheirs = false;
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) isTheirs = false;
    else if (line.startsWith('| theirs |')) isTheirs = true;
    const ours = isTheirs ? line.split('|').slice(2, 4).join('|') : line;
    return [
      ...ours.matchAll(/`((?:ecs_task|container|aws[._]ecs)[._][\w.]*\w(?:\.?\*)?)(?![\w.])[^`…]*`(\\\*)?/g),
    ].flatMap(([, word = '', mark]) => (attributes.has(word) ? [] : [[word, mark !== undefined] as const]));
  });
}

const words = ourWords(prose);

test('all metrics on the page exist', () => {
  const missing = words.filter(([word]) =>
    word.endsWith('*') ? ![...known.keys()].some((name) => name.startsWith(word.slice(0, -1))) : !known.has(word),
  );
  assert.deepEqual(missing, []);
});

test('the page names metrics of both vocabularies, in both forms', () => {
  const names = new Set(words.map(([word]) => word));
  for (const form of [/^ecs_task_/, /^aws_ecs_/, /^container_/, /^container\./, /^aws\.ecs\./]) {
    assert.ok(
      [...names].some((name) => form.test(name)),
      `${form}`,
    );
  }
  assert.ok(names.size > 80, `${names.size}`);
});

test('exactly the metrics that are off by default are marked', () => {
  const wrong = words.filter(([word, isMarked]) => known.has(word) && known.get(word)?.isDefault === isMarked);
  assert.deepEqual(wrong, []);
});

test('each row of a table of names has their name, ours and the difference', () => {
  const tables = prose.split('| theirs |').slice(1);
  const rows = tables.flatMap(
    (table) =>
      table
        .split(/\n(?!\|)/)[0]
        ?.split('\n')
        .slice(2) ?? [],
  );
  assert.ok(tables.length >= 5 && rows.length > 60, `${tables.length} ${rows.length}`);
  for (const row of rows) assert.match(row, /^\| `[^|]*` \| `ecs_task_[^|]*\| [^|]+ \| [^|]+ \|$/);
});

/** PromQL keywords and functions in the examples; promtool checks the syntax in test/prometheus/example-alerts.test.ts. */
const PROMQL = new Set(['sum', 'rate', 'increase', 'predict_linear', 'absent_over_time', 'without', 'or', 'unless']);

/** Words of an expression, without strings and durations. */
function wordsOf(expression: string): readonly string[] {
  return expression.replaceAll(/"[^"]*"|\[\w+\]/g, '').match(/\b[a-zA-Z_]\w*/g) ?? [];
}

/** Unknown names, names that are off by default, counters without a rate, and rates of gauges. */
function problemsOf(expression: string): readonly string[] {
  const metrics = wordsOf(expression).filter((word) => !PROMQL.has(word) && !attributes.has(word));
  const counters = metrics.filter((name) => known.get(name)?.isCounter === true);
  const rated = [...expression.matchAll(/\b(?:rate|increase)\((\w+)/g)].map(([, name]) => name);
  return [
    ...metrics.filter((name) => !known.has(name)).map((name) => `no metric, label or word ${name}`),
    ...metrics.filter((name) => known.get(name)?.isDefault === false).map((name) => `${name} is off by default`),
    ...(counters.join() === rated.join() ? [] : [`counters ${counters}, rates of ${rated}`]),
  ];
}

/** The expressions of a rules file, by alert. */
function expressionsOf(yaml: string): ReadonlyMap<string, string> {
  const rules = yaml.split(/^ {6}- alert: /m).slice(1);
  return new Map(
    rules.map((rule) => {
      const [, block, line] = /^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)$)/m.exec(rule) ?? [];
      return [rule.slice(0, rule.indexOf('\n')), (block ?? line ?? '').trim()];
    }),
  );
}

const files = blocksOf('yaml').map((body) => expressionsOf(`${body}\n`));
const expressions = [
  ...blocksOf('promql').map((body) => ['in the text', body] as const),
  ...files.flatMap((file) => [...file]),
];

for (const [alert, expression] of expressions) {
  test(`expression ${alert}: ${expression.replaceAll(/\s+/g, ' ')}`, () => {
    assert.notEqual(expression, '');
    assert.deepEqual(problemsOf(expression), []);
  });
}

test('both vocabularies have the same alerts', () => {
  const [ecs, semconv, ...others] = files.map((file) => [...file.keys()]);
  assert.ok(ecs !== undefined && ecs.length > 8);
  assert.deepEqual(semconv, ecs);
  assert.deepEqual(others, []);
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

test('links resolve', () => {
  const links = [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  assert.ok(links.length > 10);
  for (const target of links.filter((link) => !link.startsWith('https://'))) {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? MEANING_PAGE : new URL(path, MEANING_PAGE);
    assert.ok(existsSync(file), target);
    if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(file, 'utf8')).has(anchor), target);
  }
});

/** As on GitHub: lower case, without punctuation, hyphens for spaces. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}
