import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogueRows } from '../../../src/metrics/catalogue.ts';
import { ROW_DEFINITIONS } from '../../../src/metrics/definitions.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS } from '../../../src/metrics/dimensions.ts';
import { DEFAULT_SELECTION } from '../../../src/metrics/selection.ts';
import { VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { prometheusName } from '../../helpers/prometheus-name.ts';

const PAGE = new URL('../../../docs/meaning.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');
const [prose, blocks] = partsOf(page);

/** The text without its fenced blocks, and the blocks, by language. */
function partsOf(
  text: string,
): readonly [prose: string, blocks: readonly (readonly [language: string, body: string])[]] {
  const found = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const fences = found.map(([, language = '', body = '']) => [language, body] as const);
  return [text.replaceAll(/^```(\w*)\n([\s\S]*?)^```$/gm, ''), fences];
}

interface Known {
  readonly isCounter: boolean;
  readonly isDefault: boolean;
}

/** Every name of a metric: as Prometheus shows it, and as OpenTelemetry has it. */
const known = new Map<string, Known>([['up', { isCounter: false, isDefault: true }]]);
/** What tells series apart, as attributes and as labels. */
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
 * Words in backticks that can only be metrics of ours, with whether they are marked as off by default. In tables of other
 * programs' names the first and the last column are theirs.
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

test('every metric that the page names exists', () => {
  const missing = words.filter(([word]) =>
    word.endsWith('*') ? ![...known.keys()].some((name) => name.startsWith(word.slice(0, -1))) : !known.has(word),
  );
  assert.deepEqual(missing, []);
});

test('it names metrics of both vocabularies, and in both forms', () => {
  const names = new Set(words.map(([word]) => word));
  for (const form of [/^ecs_task_/, /^aws_ecs_/, /^container_/, /^container\./, /^aws\.ecs\./]) {
    assert.ok(
      [...names].some((name) => form.test(name)),
      `${form}`,
    );
  }
  assert.ok(names.size > 80, `${names.size}`);
});

test('what is off by default is marked, and nothing else is', () => {
  const wrong = words.filter(([word, isMarked]) => known.has(word) && known.get(word)?.isDefault === isMarked);
  assert.deepEqual(wrong, []);
});

test('each row of a table of names has theirs, ours and what differs', () => {
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

const FUNCTIONS = new Set(['sum', 'count', 'rate', 'increase', 'predict_linear', 'absent_over_time']);
const OF_COUNTERS = new Set(['rate', 'increase']);
const OF_RANGES = new Set([...OF_COUNTERS, 'predict_linear', 'absent_over_time']);
const OF_LABELS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'offset', 'bool']);
const CLOSING = new Map([
  [')', '('],
  ['}', '{'],
  [']', '['],
]);
const TOKEN = /\s+|"[^"]*"|\d+(?:\.\d+)?[smhd]?|[a-zA-Z_:][\w:]*|[=!<>]=|=~|!~|[-+*/<>=(){}[\],]/y;

function tokensOf(expression: string): readonly string[] | undefined {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < expression.length; ) {
    const token = TOKEN.exec(expression)?.[0];
    if (token === undefined) return undefined;
    if (token.trim() !== '') tokens.push(token);
  }
  return tokens;
}

/** What a small reading of PromQL finds wrong: brackets, names of metrics, labels and functions, counters without rate. */
function problemsOf(expression: string): readonly string[] {
  const tokens = tokensOf(expression);
  if (tokens === undefined) return ['a character that is not of PromQL'];
  const problems: string[] = [];
  const open: { readonly bracket: string; readonly before: string }[] = [];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    const inside = open.at(-1);
    if (['(', '{', '['].includes(token)) open.push({ bracket: token, before: tokens[at - 1] ?? '' });
    else if (CLOSING.has(token) && open.pop()?.bracket !== CLOSING.get(token)) problems.push(`${token} closes nothing`);
    if (token === '[' && !/^\d+[smhd]$/.test(next ?? '')) problems.push('a range without its duration');
    if (!/^[a-zA-Z_]/.test(token) || OPERATORS.has(token)) continue;
    if (inside?.bracket === '{' || OF_LABELS.has(inside?.before ?? '')) {
      if (!attributes.has(token)) problems.push(`no label ${token}`);
    } else if (next === '(' || OF_LABELS.has(next ?? '')) {
      if (!FUNCTIONS.has(token) && !OF_LABELS.has(token)) problems.push(`no function ${token}`);
    } else {
      problems.push(...problemsOfMetric(token, tokens.slice(at + 1), inside?.before ?? ''));
    }
  }
  return open.length === 0 ? problems : [...problems, 'a bracket stays open'];
}

function problemsOfMetric(name: string, rest: readonly string[], caller: string): readonly string[] {
  const metric = known.get(name);
  if (metric === undefined) return [`no metric ${name}`];
  const isRange = rest[rest[0] === '{' ? rest.indexOf('}') + 1 : 0] === '[';
  if (isRange !== OF_RANGES.has(caller)) return [`${name} in ${caller}: range or not`];
  const isFit = caller === 'absent_over_time' || metric.isCounter === OF_COUNTERS.has(caller);
  return isFit ? [] : [`${name} in ${caller}: counter or not`];
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

const files = blocks.filter(([language]) => language === 'yaml').map(([, body]) => expressionsOf(body));
const expressions = [
  ...blocks.filter(([language]) => language === 'promql').map(([, body]) => ['in the text', body.trim()] as const),
  ...files.flatMap((file) => [...file]),
];

for (const [alert, expression] of expressions) {
  test(`expression ${alert}: ${expression.replaceAll(/\s+/g, ' ')}`, () => {
    assert.notEqual(expression, '');
    assert.deepEqual(problemsOf(expression), []);
    const off = (tokensOf(expression) ?? []).filter((token) => known.get(token)?.isDefault === false);
    assert.deepEqual(off, [], 'an alert uses what is there without METRICS');
  });
}

test('both vocabularies have the same alerts', () => {
  const [ecs, semconv, ...others] = files.map((file) => [...file.keys()]);
  assert.ok(ecs !== undefined && ecs.length > 8);
  assert.deepEqual(semconv, ecs);
  assert.deepEqual(others, []);
});

const MISTAKES: Readonly<Record<string, RegExp>> = {
  'rate(ecs_task_cpu_usage_seconds_total[5m]': /stays open/,
  'ecs_task_mem_usage_ratio > 0.9)': /closes nothing/,
  'rate(ecs_task_cpu_usage_seconds_total{container_name="_task_")[5m]}': /closes nothing/,
  'ecs_task_mem_usage_rate > 0.9': /no metric/,
  'rate(ecs_task_cpu_usage_seconds_total)': /range or not/,
  'ecs_task_mem_usage_ratio[5m] > 1': /range or not/,
  'ecs_task_cpu_usage_seconds_total > 1': /counter or not/,
  'rate(ecs_task_cpu_cores[5m])': /counter or not/,
  'rate(ecs_task_cpu_usage_seconds_total[5])': /duration/,
  'ecs_task_container_health{state="UNHEALTHY"} == 1': /no label/,
  'sum without (cause) (ecs_task_cpu_cores)': /no label/,
  'total(ecs_task_cpu_cores)': /no function/,
  'ecs_task_cpu_cores ; 1': /character/,
};

for (const [expression, problem] of Object.entries(MISTAKES)) {
  test(`mistakes are found: ${expression}`, () => assert.match(problemsOf(expression).join(), problem));
}

test('links lead somewhere', () => {
  const links = [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
  assert.ok(links.length > 10);
  for (const target of links.filter((link) => !link.startsWith('https://'))) {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? PAGE : new URL(path, PAGE);
    assert.ok(existsSync(file), target);
    if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(file, 'utf8')).has(anchor), target);
  }
});

/** GitHub's: lower case, without punctuation, spaces as hyphens. */
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
