import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactedConfig } from '../../../src/config/config.ts';
import { createSettings, type Option, variablesOf } from '../../../src/config/option.ts';
import { configOf, ROWS, resolve } from './samples.ts';

/** Sets `text` in all sources from number `from` on; returns the one that was used. */
function taken(option: Option<unknown>, text: string, from: number): string | undefined {
  const names = sourcesOf(option).slice(from);
  const flags = new Map(names.filter((name) => name.startsWith('--')).map((name) => [name.slice(2), text]));
  const env = Object.fromEntries(names.filter((name) => !name.startsWith('--')).map((name) => [name, text]));
  const settings = createSettings(flags, env);
  return settings.given(option)?.source.name ?? settings.problems[0]?.source;
}

function sourcesOf(option: Option<unknown>): readonly string[] {
  const flag = option.flag === undefined ? [] : [`--${option.flag}`];
  return [...flag, ...variablesOf(option).map(({ name }) => name)];
}

for (const { key, option, valid, junk } of ROWS) {
  test(`${key}: the flag takes precedence over its variables, in order`, () => {
    const text = valid ?? junk ?? '';
    const names = sourcesOf(option);
    assert.deepEqual(
      names.map((_, from) => taken(option, text, from)),
      names,
    );
    assert.equal(taken(option, text, names.length), undefined);
  });
}

test("the exporter's own variables take precedence over OpenTelemetry's", () => {
  const env = { EXPORTER_PORT: '1111', OTEL_EXPORTER_PROMETHEUS_PORT: '2222' };
  assert.equal(configOf(resolve({ env })).http.port, 1111);
  assert.equal(configOf(resolve({ env, argv: ['--exporter-port', '3333'] })).http.port, 3333);
  assert.equal(configOf(resolve({ env: { ...env, EXPORTER_PORT: '' } })).http.port, 2222);
});

test('an empty or blank variable counts as unset', () => {
  const names = ROWS.flatMap(({ option }) => variablesOf<unknown>(option).map(({ name }) => name));
  const bare = redactedConfig(configOf(resolve({})));
  for (const blank of ['', ' \t']) {
    const env = Object.fromEntries(names.filter((name) => !name.includes('METADATA')).map((name) => [name, blank]));
    assert.deepEqual(redactedConfig(configOf(resolve({ env }))), bare);
  }
  const env = { ECS_CONTAINER_METADATA_URI_V4: '', ECS_CONTAINER_METADATA_URI: 'http://localhost/v3' };
  assert.equal(configOf(resolve({ env })).metadataUrl.href, 'http://localhost/v3');
});

test('an empty flag overrides a variable', () => {
  const env = { EXCLUDE: 'ecs-container-exporter,~internal~ecs~pause' };
  const excluded = (argv: readonly string[]) => configOf(resolve({ env, argv })).exclude.map(({ text }) => text);
  assert.deepEqual(excluded([]), ['ecs-container-exporter', '~internal~ecs~pause']);
  assert.deepEqual(excluded(['--exclude=']), []);
  assert.deepEqual(excluded(['--exclude', '']), []);
});

test('an overridden value is not validated', () => {
  assert.equal(configOf(resolve({ env: { INTERVAL: 'junk' }, argv: ['--interval', '5'] })).intervalMs, 5_000);
});

test('spaces around a value are ignored', () => {
  assert.equal(configOf(resolve({ env: { EXPORTER_PORT: ' 9100\t' } })).http.port, 9100);
  assert.equal(configOf(resolve({ argv: ['--interval', ' 5 '] })).intervalMs, 5_000);
});
