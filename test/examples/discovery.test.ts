/** The scrape configurations of examples/prometheus in real programs, which discover real exporters through a fake ECS API. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as v from 'valibot';
import { parse } from 'yaml';
import { blocksIn } from '../helpers/pages.ts';
import { startCollector } from '../real/collector.ts';
import { launchPrometheus, type PrometheusServer } from '../real/prometheus-server.ts';
import { pushPart } from '../real/push-parts.ts';
import { until } from '../real/wait.ts';
import { cleanUpAfter } from './clean-up.ts';
import { type Cluster, startCluster, targetsOf } from './discovery-parts.ts';
import { examplesEndingWith, jsonOf, pathOf, textOf } from './example-files.ts';
import { replaced } from './gateway-parts.ts';
import { type Labels, promtoolFindings } from './prometheus-3.ts';
import { startBackend } from './sidecar-parts.ts';

const AWS_SD = 'examples/prometheus/prometheus-aws-sd.yml';
const FILE_SD = 'examples/prometheus/prometheus-file-sd.yml';
const OBSERVER = 'examples/prometheus/collector-ecs-observer.yaml';
const TARGETS = 'examples/prometheus/targets.yml';
const OBSERVED = 'examples/prometheus/ecs-observer-targets.yml';

/** Mistakes in each scrape configuration of the examples. */
const MISTAKES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [AWS_SD]: { 'role: ecs': 'role: esc', 'clusters:': 'cluster:', 'action: keep': 'action: kept' },
  [FILE_SD]: { 'file_sd_configs:': 'file_sd_config:', 'regex: service:(.+)': 'regex: service:(.+' },
  'examples/gateway/prometheus.yml': { 'honor_labels:': 'honour_labels:' },
};

test('each scrape configuration of the examples has planted mistakes', () => {
  const files = examplesEndingWith('.yml').filter((file) => textOf(file).includes('\nscrape_configs:\n'));
  assert.deepEqual(files.sort(), Object.keys(MISTAKES).sort());
});

for (const [file, mistakes] of Object.entries(MISTAKES)) {
  test(`promtool accepts ${file}, and rejects mistakes in it`, (t) => {
    const cleanUp = cleanUpAfter(t);
    assert.equal(promtoolFindings(pathOf(file)), '');
    for (const [right, wrong] of Object.entries(mistakes)) {
      assert.notEqual(promtoolFindings(cleanUp.file(replaced(textOf(file), { [right]: wrong }))), '', wrong);
    }
  });
}

test('promtool accepts the scrape configurations on the pages', (t) => {
  const cleanUp = cleanUpAfter(t);
  const blocks = blocksIn('yaml').filter(({ body }) => body.startsWith('scrape_configs:'));
  assert.ok(blocks.some(({ body }) => body.includes('aws_sd_configs:')));
  for (const { page, line, body } of blocks) assert.equal(promtoolFindings(cleanUp.file(body)), '', `${page}:${line}`);
});

/** Whether a policy allows each of these actions. */
function denied(policyFile: string, permissions: readonly string[]): readonly string[] {
  const policy = v.object({ Statement: v.array(v.object({ Action: v.union([v.string(), v.array(v.string())]) })) });
  const allowed = v.parse(policy, jsonOf(policyFile)).Statement.flatMap(({ Action }) => Action);
  return permissions.filter((permission) => !allowed.includes(permission));
}

/** No label of a series was renamed because a label of its target has the same name. */
async function assertNoLabelRenamed(prometheus: PrometheusServer): Promise<void> {
  const series = await prometheus.query('{job="ecs-container-exporter"}');
  assert.ok(series.length > 100);
  const renamed = series.flatMap(({ labels }) => [...labels.keys()].filter((name) => name.startsWith('exported_')));
  assert.deepEqual([...new Set(renamed)], []);
}

/** Waits until a query has results for as many services, including no service. */
async function seesServices(prometheus: PrometheusServer, query: string, count: number): Promise<void> {
  await until(`${count} services in the results of ${query}`, async () => {
    const series = await prometheus.query(query);
    return new Set(series.map(({ labels }) => labels.get('ecs_service'))).size === count || undefined;
  });
}

/** The targets of the cluster, with the labels that the relabelling adds. Tasks have the tag, or their service has it. */
function expectedTargets({ ids }: Cluster): ReadonlyMap<string, unknown> {
  return new Map(
    Object.entries(ids).map(([service, id]) => [
      id,
      {
        job: 'ecs-container-exporter',
        instance: id,
        ecs_cluster: 'shop',
        ...(service === 'single' ? {} : { ecs_service: service }),
        ecs_family: `shop-${id}`,
        ecs_revision: '42',
      },
    ]),
  );
}

test('aws_sd_configs: Prometheus scrapes the running tasks with the tag, and adds labels of the task', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const cluster = await startCluster(cleanUp);
  const configuration = replaced(textOf(AWS_SD), {
    'port: 9545': `port: ${cluster.port}`,
    'scrape_interval: 30s': 'scrape_interval: 1s',
  });
  const prometheus = await launchPrometheus({ program: pushPart('prometheus'), configuration, env: cluster.env });
  cleanUp.later(prometheus.stop);
  assert.deepEqual(await targetsOf(prometheus, 3), expectedTargets(cluster));
  await assertNoLabelRenamed(prometheus);
  const queries = [...textOf('docs/discovery.md').matchAll(/```promql\n(.+?)```/gs)];
  assert.equal(queries.length, 2);
  for (const [, query = ''] of queries) await seesServices(prometheus, query, 3);
  assert.deepEqual(denied('examples/prometheus/prometheus-role.json', cluster.api.permissions()), []);
});

test('ecs_observer: the Collector writes targets for its receiver and for Prometheus, by the labels of the README', async (t) => {
  const cleanUp = cleanUpAfter(t);
  const cluster = await startCluster(cleanUp);
  const backend = await startBackend(cleanUp);
  const targets = cleanUp.file('[]');
  const config = textOf(OBSERVER).replaceAll('/tmp/ecs-targets.yaml', targets);
  const seconds = { 'refresh_interval: 60s': 'refresh_interval: 1s', 'scrape_interval: 30s': 'scrape_interval: 1s' };
  const collector = await startCollector({
    file: cleanUp.file(replaced(config, seconds)),
    env: { ...cluster.env, OTLP_URL: backend.url },
    config: {
      exporters: { debug: { verbosity: 'detailed' } },
      service: { pipelines: { metrics: { exporters: ['otlp_http', 'debug'] } } },
    },
  });
  cleanUp.later(collector.stop);

  await until('targets', () => (readFileSync(targets, 'utf8').startsWith('- targets:') ? 'written' : undefined));
  // The sample has the labels of a task of a service.
  const [sample] = targetList(textOf(OBSERVED));
  const [first] = targetList(readFileSync(targets, 'utf8'));
  assert.deepEqual(Object.keys(first?.labels ?? {}).sort(), Object.keys(sample?.labels ?? {}).sort());

  const { shop, orders, single } = cluster.ids;
  for (const id of [shop, orders, single]) {
    await until(`task ${id}`, () => collector.log().includes(`-> service.instance.id: Str(${id})`) || undefined);
  }
  assert.match(collector.log(), /-> service\.name: Str\(ecs-container-exporter\)/);
  const labels = { container_name: 'web', ecs_cluster: 'shop', ecs_family: `shop-${orders}`, ecs_service: 'orders' };
  const lines = Object.entries(labels).map(([name, value]) => ` +-> ${name}: Str\\(${value}\\)\n`);
  assert.match(collector.log(), new RegExp(lines.join('')));
  await backend.received();
  assert.deepEqual(collector.log().match(/^.*\t(?:warn|error)\t.*$/gm), null);
  assert.deepEqual(denied('examples/prometheus/collector-role.json', cluster.api.permissions()), []);

  // Prometheus reads the same file, and a list without the labels of ecs_observer but with one of prometheus-ecs-discovery.
  const list = textOf(TARGETS).replace(/\[.*\]/, `['127.0.0.2:${cluster.port}']`);
  const own = cleanUp.file(`${list}    container_name: ecs-container-exporter\n`);
  const prometheus = await launchPrometheus({
    program: pushPart('prometheus'),
    configuration: replaced(textOf(FILE_SD), {
      'targets.yml, ecs-observer-targets.yml]': `${own}, ${targets}]`,
      'scrape_interval: 30s': 'scrape_interval: 1s',
    }),
  });
  cleanUp.later(prometheus.stop);
  const instance = `127.0.0.2:${cluster.port}`;
  const listed = { job: 'ecs-container-exporter', instance, ecs_cluster: 'shop', ecs_service: 'shop' };
  assert.deepEqual(await targetsOf(prometheus, 4), new Map([...expectedTargets(cluster), [instance, listed]]));
  await assertNoLabelRenamed(prometheus);
});

/** The contents of a file for file_sd_configs. */
function targetList(text: string): readonly { readonly targets: readonly string[]; readonly labels: Labels }[] {
  const schema = v.array(v.strictObject({ targets: v.array(v.string()), labels: v.record(v.string(), v.string()) }));
  return v.parse(schema, parse(text));
}
