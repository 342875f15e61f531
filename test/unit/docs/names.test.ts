/** Options, variables and words of the program (log events, labels, tags) that the pages name. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { variablesOf } from '../../../src/config/option.ts';
import { OPTION_LIST } from '../../../src/config/options.ts';
import { codeIn, HAND_WRITTEN, PAGES, ROOT } from '../../helpers/pages.ts';
import { ATTRIBUTES, METRICS } from './known-metrics.ts';

const FLAGS = new Set([...OPTION_LIST.flatMap(({ flag = [] }) => flag), 'help', 'version']);
const VARIABLES = new Set(OPTION_LIST.flatMap(variablesOf).map(({ name }) => name));
/** Pages of test/ document other programs, with other options. */
const CHECKED = PAGES.filter(({ path }) => !path.startsWith('test/'));

/** Options of other programs: Prometheus, docker and Node.js. */
const OTHER_FLAGS = new Set(
  'web.enable-otlp-receiver enable-feature build-arg label permission allow-net allow-worker max-old-space-size-percentage'.split(
    ' ',
  ),
);

/** Variables and build arguments of other programs. */
const OTHER_VARIABLES = [
  /^AWS_REGION$/,
  /^ECS_(?:(?:POLL|DISABLE)_METRICS|PROMETHEUS_(?:EXPORTER_PORT|METRICS_PATH|JOB_NAME))$/,
  /^PROMETHEUS_(?:EXPORTER_(?:PORT|PATH)|REMOTE_WRITE_URL)$/,
  /^NODE_OPTIONS$/,
  /^MALLOC_\w+$/,
  /^ATTACK_(?:MINUTES|SEED)$/,
  /^AOT_CONFIG_CONTENT$/,
  /^(?:BUILD|RUNTIME)_IMAGE$/,
];

for (const page of CHECKED) {
  test(`flags that ${page.path} names exist`, () => {
    const flags = codeIn(page).flatMap((code) => /^--([a-z][\w.-]*)/.exec(code)?.[1] ?? []);
    const unknown = flags.filter((flag) => !FLAGS.has(flag) && !OTHER_FLAGS.has(flag));
    assert.deepEqual(unknown, []);
  });

  test(`variables that ${page.path} names exist`, () => {
    const names = codeIn(page).flatMap((code) => code.match(/(?<![\w-])[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g) ?? []);
    const unknown = names.filter((name) => !VARIABLES.has(name) && !OTHER_VARIABLES.some((other) => other.test(name)));
    assert.deepEqual(unknown, []);
  });
}

for (const { path, prose } of PAGES) {
  test(`files of the repository that ${path} names exist`, () => {
    const named = prose.match(/(?<![\w./:-])(?:src|instrumentation|test|scripts|docs|examples)\/[\w./-]*\w/g) ?? [];
    const missing = named.filter((file) => !existsSync(join(ROOT, file)));
    assert.deepEqual(missing, []);
  });
}

const source = ['src', 'instrumentation'].flatMap(sourcesBelow).join('\n');

/** Words of other programs: the Collector, Prometheus, Docker, the ECS API and packages. */
const OTHER_WORDS = new Set(
  [
    'file_sd_configs ecs_observer scrape_timeout out_of_order_time_window metric_expiration',
    'memory_limiter limit_mib spike_limit_mib check_interval sending_queue otlp_http ecs_fargate',
    'otelcol_receiver_refused_metric_points otelcol_exporter_enqueue_failed_metric_points absent_over_time',
    'throttling_data hierarchical_memory_limit',
    'aws_sd_configs dns_sd_configs static_configs relabel_configs metric_relabel_configs port_label metrics_path_label',
    'job_name_label sd_port_label sd_metrics_path_label sd_job_name_label prometheus_job refresh_interval',
    'exported_service exported_container_name ecs_cluster ecs_service ecs_family ecs_revision',
  ]
    .join(' ')
    .split(' '),
);

/** Whether the word occurs in the program: as a metric, an attribute, a log event or any other string. */
function isOfProgram(word: string): boolean {
  if (METRICS.has(word) || METRICS.has(`ecs_task_${word}`) || ATTRIBUTES.has(word)) return true;
  const event = /^(.+)_(?:failing|recovered)$/.exec(word)?.[1];
  if (event !== undefined && (/^(?:otlp|statsd|console)_export$/.test(event) || isText(event))) return true;
  return isText(word);
}

function isText(word: string): boolean {
  return new RegExp(`(?<![\\w])${word}(?![\\w])`).test(source);
}

/** Pages about this program; those below examples/ are mostly about other programs. */
const OWN = HAND_WRITTEN.filter(({ path }) => path.startsWith('docs/') || path === 'README.md');

for (const page of OWN) {
  test(`log events, labels and other words that ${page.path} names exist`, () => {
    const words = codeIn({ ...page, prose: withoutTheirs(page.prose) }).filter((code) =>
      /^[a-z]+(?:_[a-z]+)+$/.test(code),
    );
    const unknown = words.filter((word) => !isOfProgram(word) && !OTHER_WORDS.has(word));
    assert.deepEqual(unknown, []);
  });
}

test('unknown words are found', () => {
  assert.equal(isOfProgram('poll_failing'), true);
  assert.equal(isOfProgram('otlp_export_failing'), true);
  assert.equal(isOfProgram('poll_faling'), false);
  assert.equal(isOfProgram('gprc_export_failing'), false);
});

/** The text without tables that map names of other exporters. */
function withoutTheirs(prose: string): string {
  return prose.replaceAll(/^\| theirs \|.*\n(?:\|.*\n)*/gm, '');
}

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
}
