/** Validates every Collector configuration of the examples, with each of its choices, with a real Collector. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { metricSet } from '../../src/metrics/row-instruments.ts';
import { type Validation, validateCollectorConfig } from '../real/collector.ts';
import { choicesOf, choose, subsetsOf } from './choices.ts';
import { examplesEndingWith, jsonOf, textOf } from './example-files.ts';
import { containersIn } from './task-definition-schema.ts';

const SIDECAR = 'otel-collector.yaml';
const EMF = 'examples/adot/cloudwatch-emf.yaml';
const EXAMPLES = examplesEndingWith('.yaml').filter((file) => !file.startsWith('examples/cloudformation/'));
const CONFIGS = [SIDECAR, ...EXAMPLES];

/** The variables in the files. */
const ENV = {
  OTLP_URL: 'http://localhost:4318',
  OTLP_AUTHORIZATION: 'Bearer made-up',
  PROMETHEUS_REMOTE_WRITE_URL: 'https://localhost/api/v1/remote_write',
};

/** Maximum size of a free parameter in Parameter Store, from which ECS passes the configuration. */
const LARGEST_PARAMETER = 4096;

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Validates a configuration, without the section of awsemf, which this Collector does not contain. */
function validate(text: string): Validation {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, withoutEmf(text));
  return validateCollectorConfig(file, ENV);
}

for (const config of CONFIGS) {
  const text = textOf(config);
  const choices = [...choicesOf(text)];

  test(`${config} is valid, whatever is chosen (${choices.join(', ') || 'nothing to choose'})`, () => {
    for (const chosen of subsetsOf(choices)) {
      const { code, output } = validate(choose(text, ...chosen));
      assert.equal(code, 0, `${chosen.join('+')}: ${output}`);
    }
  });

  test(`${config}: not one key can be misspelt, and not one variable is unknown`, () => {
    const all = choose(text, ...choices);
    const variables = variablesIn(all);
    for (const name of variables) assert.ok(name === 'AWS_REGION' || Object.hasOwn(ENV, name), name);

    const lines = withoutEmf(all).split('\n');
    // The backend defines the names of headers.
    const isKey = (line: string): boolean => /^ *(?:- )?[\w/]+:(?: |$)/.test(line) && !/^ *authorization:/.test(line);
    const keys = lines.flatMap((line, place) => (isKey(line) ? [place] : []));
    assert.ok(keys.length > 15);
    for (const place of keys) {
      const misspelt = lines.with(place, lines[place]?.replace(':', 'x:') ?? '');
      assert.notEqual(validate(misspelt.join('\n')).code, 0, `line ${place + 1}: ${misspelt[place]}`);
    }
  });
}

test('the first lines explain exactly the existing choices', () => {
  const text = textOf(SIDECAR);
  const explained = [...text.matchAll(/^# {3}([a-z]+) {2,}/gm)].flatMap(([, name]) => name ?? []);
  assert.deepEqual(explained, ['choice', 'gateway', 'key', 'amp', 'cloudwatch', 'emf', 'scrape']);
  assert.deepEqual(new Set(explained.slice(1)), choicesOf(text));
  assert.deepEqual(choicesOf(choose(text, ...explained)), new Set());
});

test('the task definition of ADOT sets the variables of its configurations', () => {
  const adot = containersIn(jsonOf('examples/adot/task-definition.json')).find(({ name }) => name.includes('otel'));
  const set = adot?.environment?.map(({ name }) => name);
  const configs = ['amp', 'cloudwatch-otlp', 'cloudwatch-emf'].map((name) => textOf(`examples/adot/${name}.yaml`));
  const named = configs.flatMap(variablesIn);
  assert.deepEqual(new Set(named), new Set(set));
});

test('each configuration works as a variable set by ECS, and is small enough', () => {
  const [gateway] = containersIn(jsonOf('examples/gateway/gateway-task-definition.json'));
  assert.deepEqual(gateway?.command, ['--config=env:GATEWAY_CONFIG']);
  assert.deepEqual(
    gateway?.secrets?.map(({ name }) => name),
    ['GATEWAY_CONFIG'],
  );
  for (const config of EXAMPLES) {
    const text = textOf(config);
    assert.ok(Buffer.byteLength(text) <= LARGEST_PARAMETER, config);
    const asVariable = (contents: string): Validation =>
      validateCollectorConfig('env:GATEWAY_CONFIG', { ...ENV, GATEWAY_CONFIG: withoutEmf(contents) });
    assert.deepEqual(asVariable(text), { code: 0, output: '' }, config);
    assert.notEqual(asVariable(text.replace('check_interval', 'interval')).code, 0);
  }
});

test('each listens on the ports that the others use', () => {
  for (const config of [SIDECAR, ...examplesEndingWith('adot/amp.yaml', 'otlp.yaml', 'emf.yaml')]) {
    // The default port of OTLP, and the port that ADOT's health check requests.
    assert.deepEqual(portsIn(textOf(config), 'localhost'), config === SIDECAR ? [4318, 9545, 13_133] : [4318, 13_133]);
  }
  const gateway = textOf('examples/gateway/gateway.yaml');
  const [container] = containersIn(jsonOf('examples/gateway/gateway-task-definition.json'));
  const open = container?.portMappings?.map(({ containerPort }) => containerPort);
  const own = Number(/^ +port: (\d+)$/m.exec(gateway)?.[1]);
  assert.deepEqual(open, [...portsIn(gateway, '0.0.0.0'), own].sort(ascending));
  const host = 'otel-gateway.shop.internal';
  assert.deepEqual(portsIn(textOf('examples/gateway/prometheus.yml'), host), [8888, 8889]);
  assert.deepEqual(portsIn(textOf('examples/gateway/pushing-task-definition.json'), host), [4318]);
});

test('the metrics in the awsemf configuration exist', () => {
  const selectors = [...textOf(EMF).matchAll(/^ +- (\^.+\$)$/gm)].map(([, selector]) => new RegExp(selector ?? ''));
  assert.ok(selectors.length >= 7);
  const names = metricSet('semconv', '').metrics.map(({ name }) => name);
  for (const selector of selectors)
    assert.ok(
      names.some((name) => selector.test(name)),
      selector.source,
    );
});

/** The configuration with a debug exporter instead of awsemf. */
function withoutEmf(text: string): string {
  return text
    .replace(/^ {2}awsemf:\n(?: {4}.*\n)+/m, '  debug/emf: {}\n')
    .replace('exporters: [awsemf]', 'exporters: [debug/emf]')
    .replace(/^( +- )awsemf$/m, '$1debug/emf');
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{env:(\w+)\}/g)].flatMap(([, name]) => name ?? []);
}

/** The ports of a host in a text. */
function portsIn(text: string, host: string): readonly number[] {
  const settings = text.replaceAll(/^ *#(?![a-z-]+\|).*$/gm, '');
  return [...settings.matchAll(new RegExp(`\\b${host}:(\\d+)`, 'g'))].map(([, port]) => Number(port)).sort(ascending);
}

function ascending(one: number, other: number): number {
  return one - other;
}
