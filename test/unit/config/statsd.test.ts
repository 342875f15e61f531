import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../../src/config/option.ts';
import { configOf, messagesOf, resolve } from './samples.ts';

const USED = { USE_STATSD: 'true' };
const statsdOf = (env: Environment) => configOf(resolve({ env: { ...USED, ...env } })).statsd;

function agentOf(env: Environment) {
  const { host, port, socketPath } = statsdOf(env);
  return [host, port, socketPath];
}

const STATSD: readonly (readonly [
  argv: string,
  env: Readonly<Record<string, string>>,
  exporters: readonly string[],
])[] = [
  ['--use-statsd', {}, ['statsd']],
  ['', { USE_STATSD: 'true' }, ['statsd']],
  ['--exporters prometheus', { USE_STATSD: 'yes' }, ['prometheus', 'statsd']],
  ['', { USE_STATSD: '1', OTEL_METRICS_EXPORTER: 'otlp' }, ['otlp', 'statsd']],
  ['--exporters statsd,prometheus', {}, ['prometheus', 'statsd']],
  ['--exporters statsd --use-statsd', {}, ['statsd']],
  ['--use-statsd', { OTEL_SDK_DISABLED: 'true' }, []],
  ['--use-statsd', { DD_DOGSTATSD_DISABLE: 'true' }, []],
  ['--exporters prometheus,statsd', { DD_DOGSTATSD_DISABLE: 'yes' }, ['prometheus']],
];

for (const [argv, env, exporters] of STATSD) {
  test(`DogStatsD: ${argv} ${JSON.stringify(env)}`, () => {
    const config = configOf(resolve({ argv: argv.split(' ').filter((word) => word !== ''), env }));
    assert.deepEqual(config.exporters, exporters);
    assert.equal(config.intervalMs, 15_000);
  });
}

test('DogStatsD: address of the agent', () => {
  assert.deepEqual(agentOf({ STATSD_HOST: '10.0.0.1', STATSD_PORT: '9125' }), ['10.0.0.1', 9125, undefined]);
  const socket = resolve({ argv: ['--statsd-socket', '/var/run/datadog/dsd.socket'] });
  assert.equal(configOf(socket).statsd.socketPath, '/var/run/datadog/dsd.socket');
  const url = resolve({ env: { STATSD_SOCKET: 'unix:///var/run/datadog/dsd.socket' } });
  assert.equal(configOf(url).statsd.socketPath, '/var/run/datadog/dsd.socket');
  const both = resolve({ env: { STATSD_SOCKET: '/a', STATSD_PORT: '8125' } });
  assert.deepEqual(messagesOf(both), [
    'STATSD_SOCKET="/a" conflicts with STATSD_PORT; set either a Unix socket or a UDP host and port',
  ]);
});

/** test/push/statsd-client.test.ts compares the variables with version 2's client. */
const DATADOG = { DD_AGENT_HOST: '192.0.2.1', DD_DOGSTATSD_PORT: '9126' };

const AGENTS: readonly (readonly [env: Environment, agent: readonly unknown[]])[] = [
  [DATADOG, ['192.0.2.1', 9126, undefined]],
  [{ DD_AGENT_HOST: '192.0.2.1' }, ['192.0.2.1', 8125, undefined]],
  [{ DD_DOGSTATSD_PORT: ' 9126 ' }, ['localhost', 9126, undefined]],
  [{ ...DATADOG, STATSD_HOST: 'localhost', STATSD_PORT: '8125' }, ['192.0.2.1', 9126, undefined]],
  [{ ...DATADOG, STATSD_HOST: '127.0.0.1' }, ['127.0.0.1', 9126, undefined]],
  [{ ...DATADOG, STATSD_PORT: '8127' }, ['192.0.2.1', 8127, undefined]],
  [{ ...DATADOG, STATSD_SOCKET: '/a' }, ['localhost', 8125, '/a']],
  [{ DD_AGENT_HOST: '', DD_DOGSTATSD_PORT: ' ' }, ['localhost', 8125, undefined]],
];

for (const [env, agent] of AGENTS) {
  test(`DogStatsD: the agent of ${JSON.stringify(env)}`, () => assert.deepEqual(agentOf(env), agent));
}

const BROKEN = { DD_AGENT_HOST: 'a b', DD_DOGSTATSD_PORT: '8125/udp' };

test('DogStatsD: an invalid address is an error only if it is used', () => {
  assert.deepEqual(messagesOf(resolve({ env: { ...USED, ...BROKEN } })), [
    'DD_AGENT_HOST="a b" must be a host name or IP address, without scheme or port',
    'DD_DOGSTATSD_PORT="8125…" must be a whole number from 1 to 65535',
  ]);
  for (const env of [
    {},
    { OTEL_METRICS_EXPORTER: 'otlp' },
    { ...USED, STATSD_HOST: 'agent', STATSD_PORT: '9125' },
    { ...USED, STATSD_SOCKET: '/a' },
    { ...USED, DD_DOGSTATSD_DISABLE: '1' },
    { ...USED, OTEL_SDK_DISABLED: 'true' },
  ]) {
    assert.deepEqual(messagesOf(resolve({ env: { ...env, ...BROKEN } })), []);
  }
});

test('DogStatsD: tags are unchanged; those of Datadog’s variables follow in the order of its client', () => {
  const env = {
    DD_VERSION: '1.2',
    DD_SERVICE: 'checkout',
    DD_ENV: ' ',
    DD_ENTITY_ID: 'abc',
    DATADOG_TAGS: 'a:1,, b:2,a:3,',
    STATSD_TAGS: ' team:core , team:web,, bare,team:core',
  };
  const { tags, clientTags, taskTags } = statsdOf(env);
  assert.deepEqual(tags, ['team:core', 'team:web', 'bare']);
  assert.deepEqual(clientTags, [
    'a:1',
    ' b:2',
    'a:3',
    'dd.internal.entity_id:abc',
    'env: ',
    'service:checkout',
    'version:1.2',
  ]);
  assert.deepEqual(taskTags, []);
  assert.deepEqual(configOf(resolve({ env })).statsd.clientTags, [], 'only for statsd');
  assert.deepEqual(statsdOf({ DATADOG_TAGS: '', DD_ENV: '' }).clientTags, []);
});

test('DogStatsD: task tags by name; an error suggests the nearest name', () => {
  assert.deepEqual(statsdOf({ STATSD_TASK_TAGS: 'task_id, Task_Family,' }).taskTags, ['task_family', 'task_id']);
  const env = { STATSD_TASK_TAGS: 'task_id' };
  assert.deepEqual(configOf(resolve({ env, argv: ['--statsd-task-tags='] })).statsd.taskTags, []);
  const [message = '', ...others] = messagesOf(resolve({ env: { STATSD_TASK_TAGS: 'task_id,task_familiy' } }));
  assert.deepEqual(others, []);
  assert.match(message, /^STATSD_TASK_TAGS="task…" must be a comma-separated list of ecs_cluster_name, /);
  assert.match(message, /; did you mean "task_family"\?$/);
});

test('DogStatsD: disabled by the four values that version 2’s client accepts, case-sensitively', () => {
  for (const word of ['True', 'true', 'yes', '1'])
    assert.equal(statsdOf({ DD_DOGSTATSD_DISABLE: word }).isDisabled, true);
  for (const word of ['', 'TRUE', ' true', 'on', 'False', 'no', '0', 'junk']) {
    assert.equal(statsdOf({ DD_DOGSTATSD_DISABLE: word }).isDisabled, false, word);
  }
  assert.equal(configOf(resolve({ env: { DD_DOGSTATSD_DISABLE: 'true' } })).statsd.isDisabled, false, 'not wanted');
});
