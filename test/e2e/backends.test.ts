/** The program with the variables of each recipe in docs/backends, and servers with the published rules of the backends. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import * as v from 'valibot';
import { CLOUDWATCH_MAX_POINTS, cloudWatchRegion } from '../../src/config/cloudwatch.ts';
import { BACKENDS, type BackendServer, CLOUDWATCH_KEYS, startBackend } from '../helpers/backends.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { metricsOf } from '../helpers/otlp-export.ts';
import { PAGES } from '../helpers/pages.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { until } from '../real/wait.ts';

type Variables = Readonly<Record<string, string>>;
type BackendName = keyof typeof BACKENDS;

const pageOf = (name: string) =>
  PAGES.find(({ path }) => path === `docs/backends/${name}.md`) ?? assert.fail(`no page ${name}`);

const CONTAINER = v.object({
  environment: v.array(v.object({ name: v.string(), value: v.string() })),
  secrets: v.optional(v.array(v.object({ name: v.string() })), []),
});

/** The environment of the first block, with the first text block as the value of the secret. */
function recipeOf(name: string): Variables {
  const { blocks } = pageOf(name);
  const json = blocks.find(({ language }) => language === 'json') ?? assert.fail('no container definition');
  const { environment, secrets } = v.parse(CONTAINER, JSON.parse(json.body));
  const text = blocks.find(({ language }) => language === 'text')?.body.trim() ?? '';
  return Object.fromEntries([
    ...environment.map((variable) => [variable.name, variable.value]),
    ...secrets.map((secret) => [secret.name, text]),
  ]);
}

/** The variables of a row of the table. */
function rowOf(name: string): Variables {
  const row =
    pageOf('others')
      .text.split('\n')
      .find((line) => line.startsWith(`| ${name} |`)) ?? assert.fail(name);
  const [endpoint = '', headers = '', temporality = ''] = [...row.matchAll(/`([^`]+)`/g)].map(([, cell]) => cell);
  return {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: headers,
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
  };
}

const RECIPES: Readonly<Record<BackendName, Variables>> = {
  cloudwatch: recipeOf('cloudwatch'),
  datadog: recipeOf('datadog'),
  dynatrace: recipeOf('dynatrace'),
  'grafana-cloud': recipeOf('grafana-cloud'),
  'New Relic': rowOf('New Relic'),
  Honeycomb: rowOf('Honeycomb'),
  Elastic: rowOf('Elastic'),
};

/** The settings that CloudWatch's host implies, since the tests replace it; and the credentials of the task's role. */
function impliedSettings(recipe: Variables): Variables {
  const url = recipe['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'];
  const region = url === undefined ? undefined : cloudWatchRegion(new URL(url));
  if (region === undefined) return {};
  return {
    OTLP_AUTH: 'sigv4',
    OTLP_AUTH_REGION: region,
    OTLP_AUTH_SERVICE: 'monitoring',
    OTLP_MAX_POINTS: `${CLOUDWATCH_MAX_POINTS}`,
    AWS_ACCESS_KEY_ID: CLOUDWATCH_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CLOUDWATCH_KEYS.secretAccessKey,
  };
}

/** Runs the program from its first to its last export. */
async function run(t: TestContext, name: BackendName, recipe: Variables): Promise<BackendServer> {
  const backend = await startBackend(t, BACKENDS[name]);
  const { endpoint, task } = await scriptedEndpoint(t);
  const here = Object.entries(recipe).map(([variable, value]) => [
    variable,
    value.replace(/^https:\/\/[^/]+/, backend.origin),
  ]);
  const program = startInProcess(['run', '--exporter-port', '0', '--interval', '1'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    // Not the default port, on which another receiver may listen.
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    ...impliedSettings(recipe),
    ...Object.fromEntries(here),
  });
  const origin = await program.origin();
  await until('the first sample', async () => ((await fetch(`${origin}/-/ready`)).status === 200 ? true : undefined));
  // The last export has counters with delta temporality too.
  task.advance();
  task.publish(endpoint);
  program.signal('SIGTERM');
  assert.equal(await program.ended, 0);
  return backend;
}

/** A wrong value of a variable. */
const WRONG: Readonly<Record<string, (value: string) => string>> = {
  OTEL_METRICS_EXPORTER: () => 'prometheus',
  OTEL_EXPORTER_OTLP_ENDPOINT: (url) => `${url}/v2`,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: (url) => url.replace('/v1/metrics', ''),
  OTEL_EXPORTER_OTLP_HEADERS: (headers) => headers.replace('=', '=x'),
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: (headers) => headers.replace('=', '=x'),
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: (one) => (one === 'delta' ? 'cumulative' : 'delta'),
};

/** Variables that only reduce bytes: the backend accepts the export without them. */
const OPTIONAL = ['OTEL_EXPORTER_OTLP_COMPRESSION', 'RESOURCE_ATTRIBUTES_INCLUDE'];

function isAccepted({ accepted, rejected }: BackendServer): boolean {
  return accepted.length > 0 && rejected.length === 0;
}

for (const name of Object.keys(BACKENDS) as BackendName[]) {
  const recipe = RECIPES[name];

  test(`${name}: the recipe is accepted`, async (t) => {
    const backend = await run(t, name, recipe);
    assert.deepEqual(backend.rejected, []);
    assert.ok(backend.accepted.length > 0);
    const counters = backend.accepted.flatMap(metricsOf).filter(({ isMonotonic }) => isMonotonic);
    assert.ok(counters.length > 0, 'an export with counters');
  });

  for (const [variable, value] of Object.entries(recipe).filter(([each]) => !OPTIONAL.includes(each))) {
    const wrong = WRONG[variable]?.(value) ?? assert.fail(`no wrong value of ${variable}`);
    const { [variable]: _, ...without } = recipe;
    test(`${name}: a wrong ${variable} is not accepted`, async (t) => {
      assert.equal(isAccepted(await run(t, name, { ...recipe, [variable]: wrong })), false);
    });
    // Cumulative is the default.
    if (value === 'cumulative') continue;
    test(`${name}: without ${variable}, nothing is accepted`, async (t) => {
      assert.equal(isAccepted(await run(t, name, without)), false);
    });
  }
}

test('Dynatrace: JSON is not accepted', async (t) => {
  const { rejected } = await run(t, 'dynatrace', { ...RECIPES.dynatrace, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
  assert.ok(rejected.includes(415));
});

test('CloudWatch: a point has fewer labels than the page states', async (t) => {
  const { RESOURCE_ATTRIBUTES_INCLUDE: _, ...all } = RECIPES.cloudwatch;
  const { accepted } = await run(t, 'cloudwatch', all);
  const points = accepted.flatMap(({ resource, ...content }) =>
    metricsOf({ resource, ...content }).flatMap((metric) =>
      metric.points.map((point) => resource.size + point.attributes.size),
    ),
  );
  assert.ok(Math.max(...points) < 40, `${Math.max(...points)}`);
});
