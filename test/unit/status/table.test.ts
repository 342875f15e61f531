import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, Status, TaskStatus } from '../../../src/status/status.ts';
import { statusTable } from '../../../src/status/table.ts';

const MIB = 1024 ** 2;
const NO_USAGE = { cpu: {}, memory: {}, network: {}, disk: {} };

function container(name: string, changes: Partial<ContainerStatus> = {}): ContainerStatus {
  return { id: name, name, knownStatus: 'RUNNING', ...NO_USAGE, ...changes };
}

function statusOf(...tasks: readonly Partial<TaskStatus>[]): Status {
  return {
    program: 'ecs-container-exporter',
    version: '3.0.0',
    intervalSeconds: 15,
    polls: { count: 1, isLastSuccessful: true, failures: {} },
    exporters: [],
    tasks: tasks.map((task) => ({
      key: 'task',
      resource: {},
      knownStatus: 'RUNNING',
      ...NO_USAGE,
      containers: [],
      ...task,
    })),
  };
}

const USAGE = {
  cpu: { cores: 0.0481, utilization: 0.1924 },
  memory: { workingSetBytes: 126 * MIB, limitBytes: 1024 * MIB, utilization: 0.123 },
  network: { receivedBytes: 1781362, transmittedBytes: 5 },
  disk: { readBytes: 0, writtenBytes: 4096 },
};

test('a table of containers and the task', () => {
  const resource = {
    'aws.ecs.task.family': 'shop',
    'aws.ecs.task.revision': '42',
    'aws.ecs.launchtype': 'fargate',
    'cloud.availability_zone': 'eu-west-1a',
  };
  const containers = [
    container('web', { health: 'HEALTHY', ...USAGE }),
    container('migrate', { knownStatus: 'STOPPED' }),
  ];
  assert.equal(
    statusTable(statusOf({ resource, containers, ...USAGE }), 120),
    `Task shop:42, FARGATE, eu-west-1a

CONTAINER   STATUS   HEALTH     CPU  CPU%   MEMORY / LIMIT  MEM%   NET IN / OUT  DISK READ / WRITTEN
web         RUNNING  HEALTHY  0.048   19%  126 MiB / 1 GiB   12%  1.7 MiB / 5 B          0 B / 4 KiB
migrate     STOPPED  –            –     –                –     –              –                    –
task total  RUNNING           0.048   19%  126 MiB / 1 GiB   12%  1.7 MiB / 5 B          0 B / 4 KiB
`,
  );
});

test('no line is wider than the terminal, and no control character reaches it', () => {
  const containers = [container(`\u001b[2J\u202e${'n'.repeat(255)}`, USAGE), container('日本', USAGE)];
  for (const width of [40, 60, 80, 100, 200]) {
    const table = statusTable(statusOf({ containers, resource: { 'aws.ecs.task.family': 'f'.repeat(300) } }), width);
    for (const line of table.split('\n')) assert.ok([...line].length <= width, `${width}: ${line}`);
    assert.doesNotMatch(table.replaceAll('\n', ''), /\p{C}/u);
    assert.match(table, /^\\u\{1b\}\[2J.*…/m);
  }
});

test('a terminal that reports 0 columns gets the table of one that reports none', () => {
  const status = statusOf({ containers: [container('web', USAGE)] });
  assert.equal(statusTable(status, 0), statusTable(status));
  assert.match(statusTable(status, 0), /DISK READ/);
});

test('several tasks, and one without a sample', () => {
  const table = statusTable(
    statusOf({ containers: [container('a')] }, { knownStatus: undefined }, { containers: [container('b')] }),
  );
  assert.equal(table.match(/^Task/gm)?.length, 2);
});
