import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { COMMANDS, variablesOf } from '../../../src/config/option.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';
import { messagesOf, problemsOf, ROWS, resolve } from './samples.ts';

const CANARY = 'c4n4ry';

for (const { key, option, junk } of ROWS) {
  if (junk === undefined) continue;
  for (const { name } of variablesOf<unknown>(option)) {
    test(`${key}: an invalid ${name} is one error that names it`, () => {
      const first = name === 'ECS_CONTAINER_METADATA_URI' ? { ECS_CONTAINER_METADATA_URI_V4: '' } : {};
      const problems = problemsOf(resolve({ env: { ...first, [name]: junk } }));
      assert.deepEqual(
        problems.map(({ code, source }) => [code, source]),
        [['invalid_value', name]],
      );
      assert.match(problems[0]?.message ?? '', / (?:must|contains|is not supported)/);
      assert.ok(problems[0]?.message.startsWith(`${name}=`));
    });
  }
  const flag = 'flag' in option ? option.flag : undefined;
  if (flag === undefined) continue;
  test(`${key}: an invalid --${flag} is one error that names it`, () => {
    const command = COMMANDS.find((name) => !('commands' in option) || option.commands.some((one) => one === name));
    const problems = problemsOf(resolve({ argv: [command ?? '', `--${flag}=${junk}`] }));
    assert.deepEqual(
      problems.map(({ code, source }) => [code, source]),
      [['invalid_value', `--${flag}`]],
    );
  });
}

test('all errors in arguments and variables are reported at once', () => {
  const broken = ROWS.filter(({ junk }) => junk !== undefined).flatMap(({ option, junk }) => {
    const name = variablesOf<unknown>(option)[0]?.name;
    return name === undefined ? [] : [[name, junk] as const];
  });
  const argv = ['rnu', '--exporter-prot', '--interval', '--log-level', 'debug', '--frobnicate=1'];
  const problems = problemsOf(resolve({ argv, env: Object.fromEntries(broken) }));
  const expected = ['--interval', '--exporter-prot', '--frobnicate', '"rnu"', ...broken.map(([name]) => name)];
  const overridden = ['LOG_LEVEL'];
  assert.deepEqual(
    problems.map(({ source }) => source).toSorted(),
    expected.filter((source) => !overridden.includes(source)).toSorted(),
  );
});

test('OTLP flags without the otlp exporter are errors; variables may be meant for other containers', () => {
  const argv = ['--otlp-endpoint', 'http://collector:4318', '--otlp-headers-file=/h'];
  assert.deepEqual(messagesOf(resolve({ argv })), [
    '--otlp-endpoint has no effect without the otlp exporter; add otlp to --exporters',
    '--otlp-headers-file has no effect without the otlp exporter; add otlp to --exporters',
  ]);
  assert.deepEqual(problemsOf(resolve({ argv: [...argv, '--exporters', 'prometheus,otlp'] })), []);
  assert.deepEqual(problemsOf(resolve({ argv, env: { OTEL_SDK_DISABLED: 'true' } })), []);
  assert.deepEqual(problemsOf(resolve({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' } })), []);
});

test('no message contains a secret value', () => {
  // Without AWS's variables, which are read only for a signature: see otlp-auth.test.ts.
  const secretRows = ROWS.filter(
    ({ key, option }) => 'secret' in option && option.secret === 'value' && !key.startsWith('aws'),
  );
  assert.equal(secretRows.length, 2);
  const texts = [
    CANARY,
    `${CANARY}==`,
    `a=${CANARY}\u0001`,
    `a=${CANARY}%zz`,
    `${CANARY}:x=1`,
    `=${CANARY}`,
    `a=1,${CANARY}`,
  ];
  for (const { option } of secretRows) {
    for (const { name } of variablesOf<unknown>(option)) {
      for (const text of texts) {
        const shown = JSON.stringify(problemsOf(resolve({ env: { [name]: text } })));
        if (text !== `${CANARY}==`) assert.ok(shown.includes(name), `${text} should be an error`);
        assert.ok(!shown.includes(CANARY), shown);
      }
    }
  }
});

test('no message contains credentials from URLs and arguments', () => {
  const addresses = [
    `http://user:${CANARY}@host/`,
    `ftp://${CANARY}@host/`,
    `user:${CANARY}@host`,
    `http://user:a/${CANARY}?b#c@host/`,
    `http://host/?token=${CANARY}`,
    `host?token=${CANARY}`,
    `http://host/#${CANARY}`,
  ];
  const inputs = [
    ...addresses.map((text) => ({ argv: ['--metadata-url', text] })),
    // A query is allowed in the address of a receiver, so another error is added.
    ...addresses.map((text) => ({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: text.replace('/?', '/?#') } })),
    { argv: [`--otlp-headers=api-key=${CANARY}`] },
    { argv: ['--otlp-headers', `api-key=${CANARY}`] },
    { argv: ['--token', CANARY] },
    { argv: [`OTEL_EXPORTER_OTLP_HEADERS=api-key=${CANARY}`] },
    { argv: ['run', `OTEL_EXPORTER_OTLP_HEADERS=api-key=${CANARY}`] },
    { argv: [`-p${CANARY}`, `--x=${CANARY}`, `-q=${CANARY}`] },
  ];
  for (const input of inputs) {
    const shown = JSON.stringify(problemsOf(resolve(input)));
    assert.ok(shown.length > 2, `${JSON.stringify(input)} should be an error`);
    assert.ok(!shown.includes(CANARY), shown);
  }
});

test('the contents of a PEM file in place of a value are hidden, also in the values of --print-config', () => {
  const text = `-----BEGIN PRIVATE KEY-----\n${CANARY}`;
  for (const { option } of ROWS) {
    for (const { name } of variablesOf<unknown>(option)) {
      const resolved = resolve({ argv: ['--exporters=otlp,statsd'], env: { [name]: text } });
      const shown = 'given' in resolved ? [...resolved.given.values()] : problemsOf(resolved);
      // METRICS also quotes the item that matches no metric.
      if (name !== 'METRICS') assert.ok(!JSON.stringify(shown).includes(CANARY), JSON.stringify(shown));
    }
  }
});

test('any input: no exception, and each message is one printable line of bounded length', () => {
  const names = ROWS.flatMap(({ option }) => variablesOf<unknown>(option).map(({ name }) => name));
  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('--', '-', '--=', '--__proto__=1', '-h'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), fc.dictionary(fc.constantFrom(...names), word), (argv, env) => {
      for (const { message, source } of problemsOf(resolve({ argv, env }))) {
        assert.match(message + source, /^[\P{C}]*$/u);
        assert.ok(message.length < 1_500);
      }
    }),
    propertyRuns(300),
  );
});
