import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Option, variablesOf } from '../../../src/config/option.ts';
import { createSettings } from '../../../src/config/settings.ts';
import { configOf, ROWS, resolve } from './samples.ts';

/** Gives `text` in the sources from number `from` on; answers which one was taken. */
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
  test(`${key}: the flag wins over its variables, and those over each other in their order`, () => {
    const text = valid ?? junk ?? '';
    const names = sourcesOf(option);
    assert.deepEqual(
      names.map((_, from) => taken(option, text, from)),
      names,
    );
    assert.equal(taken(option, text, names.length), undefined);
  });
}

test('own variables come before those of OpenTelemetry', () => {
  const env = { EXPORTER_PORT: '1111', OTEL_EXPORTER_PROMETHEUS_PORT: '2222' };
  assert.equal(configOf(resolve({ env })).http.port, 1111);
  assert.equal(configOf(resolve({ env, argv: ['--exporter-port', '3333'] })).http.port, 3333);
  assert.equal(configOf(resolve({ env: { ...env, EXPORTER_PORT: '' } })).http.port, 2222);
});

test('an empty or blank variable is not set', () => {
  const names = ROWS.flatMap(({ option }) => variablesOf<unknown>(option).map(({ name }) => name));
  const bare = configOf(resolve({}));
  for (const blank of ['', ' \t']) {
    const env = Object.fromEntries(names.filter((name) => !name.includes('METADATA')).map((name) => [name, blank]));
    assert.deepEqual(configOf(resolve({ env })), bare);
  }
  const env = { ECS_CONTAINER_METADATA_URI_V4: '', ECS_CONTAINER_METADATA_URI: 'http://localhost/v3' };
  assert.equal(configOf(resolve({ env })).metadataUrl.href, 'http://localhost/v3');
});

test('an empty flag undoes a variable', () => {
  const env = { EXCLUDE: 'ecs-container-exporter,~internal~ecs~pause' };
  assert.deepEqual(configOf(resolve({ env })).exclude, ['ecs-container-exporter', '~internal~ecs~pause']);
  assert.deepEqual(configOf(resolve({ env, argv: ['--exclude='] })).exclude, []);
  assert.deepEqual(configOf(resolve({ env, argv: ['--exclude', ''] })).exclude, []);
});

test('what is overridden is not looked at', () => {
  assert.equal(configOf(resolve({ env: { INTERVAL: 'junk' }, argv: ['--interval', '5'] })).intervalMs, 5_000);
});
