import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRefusals, type RefusalReason } from '../../../src/snapshot/refusals.ts';
import { parseTask } from '../../../src/snapshot/task-document.ts';

const NORMAL = { DockerId: 'id', Name: 'app' };

test('a task, all members', () => {
  const metadata = parseTask(
    {
      Cluster: 'default',
      TaskARN: 'arn:aws:ecs:eu-west-1:1:task/x',
      Family: 'f',
      Revision: '3',
      AvailabilityZone: 'eu-west-1b',
      LaunchType: 'fargate',
      ServiceName: 's',
      Limits: { CPU: 0.25, Memory: 512 },
      Containers: [],
    },
    createRefusals(),
  );
  assert.deepEqual(metadata, {
    task: {
      cluster: 'default',
      arn: 'arn:aws:ecs:eu-west-1:1:task/x',
      family: 'f',
      revision: '3',
      availabilityZone: 'eu-west-1b',
      launchType: 'FARGATE',
      serviceName: 's',
      cpuCores: 0.25,
      memoryMib: 512,
    },
    containers: [],
    internals: [],
    claims: new Map(),
  });
});

test('a container, all members', () => {
  const container = {
    DockerId: 'abc',
    Name: 'app',
    DockerName: 'ecs-f-3-app',
    Image: 'nginx:1',
    ImageID: 'sha256:00',
    ContainerARN: 'arn:c',
    KnownStatus: 'running',
    CreatedAt: '2026-01-01T00:00:00Z',
    StartedAt: '2026-01-01T00:00:01.5Z',
    RestartCount: 0,
    Limits: { CPU: 2, Memory: 0 },
    Type: 'normal',
    Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['172.17.0.2'] }],
  };
  assert.deepEqual(parseTask({ Containers: [container] }, createRefusals())?.containers, [
    {
      id: 'abc',
      name: 'app',
      dockerName: 'ecs-f-3-app',
      image: 'nginx:1',
      imageId: 'sha256:00',
      arn: 'arn:c',
      knownStatus: 'RUNNING',
      startedNs: 1_767_225_601_500_000_000n,
      restartCount: 0,
      cpuUnits: 2,
      memoryMib: 0,
      sandbox: 'abc',
      sharesSandbox: false,
    },
  ]);
});

test('a container that has not started yet goes by when it was made', () => {
  const document = {
    Containers: [{ ...NORMAL, CreatedAt: '2026-01-01T00:00:00Z', StartedAt: '0001-01-01T00:00:00Z' }],
  };
  assert.equal(parseTask(document, createRefusals())?.containers[0]?.startedNs, 1_767_225_600_000_000_000n);
});

const NO_TASKS: readonly (readonly [what: string, document: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a list (the tasks of a managed daemon)', [{ TaskARN: 'a', Containers: [] }]],
  ['a text (an error of the agent)', 'V4 task metadata handler: unable to get task arn'],
  ['an empty object', {}],
  ['the document of a container', NORMAL],
  ['another service', { status: 'ok', Containers: 'none' }],
];

for (const [what, document] of NO_TASKS) {
  test(`no task: ${what}`, () => assert.equal(parseTask(document, createRefusals()), undefined));
}

test('a task whose containers are not known yet is a task', () => {
  assert.deepEqual(parseTask({ TaskARN: 'arn' }, createRefusals())?.containers, []);
});

const LEFT_OUT: readonly (readonly [what: string, containers: readonly unknown[], names: string[], RefusalReason?])[] =
  [
    [
      'sorted by name and id',
      [
        { DockerId: 'b', Name: 'b' },
        { DockerId: 'z', Name: 'a' },
      ],
      ['a z', 'b b'],
    ],
    ['pulled but not created', [{ DockerId: '', Name: 'later' }, NORMAL], ['app id']],
    ['no id', [{ Name: 'a' }, NORMAL], ['app id'], 'no_id'],
    ['an id that is no text', [{ DockerId: 5, Name: 'a' }], [], 'no_id'],
    ['no name', [{ DockerId: 'x' }, NORMAL], ['app id'], 'no_name'],
    ['no object', [null, 'x', NORMAL], ['app id'], 'wrong_type'],
    ['one id twice: the first', [NORMAL, { ...NORMAL, Name: 'other' }], ['app id'], 'duplicate_id'],
    ['another type', [{ ...NORMAL, Type: 'CNI_PAUSE' }], []],
    ['a type that is not given is the user’s', [{ ...NORMAL, Type: undefined }], ['app id']],
  ];

for (const [what, containers, names, refused] of LEFT_OUT) {
  test(`containers: ${what}`, () => {
    const refusals = createRefusals();
    const parsed = parseTask({ Containers: containers }, refusals)?.containers.map(({ name, id }) => `${name} ${id}`);
    assert.deepEqual(parsed, names);
    if (refused !== undefined) assert.equal(refusals.counts.get(refused), 1);
    else assert.equal(refusals.counts.size, 0);
  });
}

test('ECS’ own containers are kept apart', () => {
  const document = { Containers: [{ DockerId: 'p', Name: '~internal~ecs~pause', Type: 'CNI_PAUSE' }, NORMAL] };
  const metadata = parseTask(document, createRefusals());
  assert.deepEqual(
    metadata?.internals.map(({ id }) => id),
    ['p'],
  );
  assert.deepEqual(
    metadata?.containers.map(({ id }) => id),
    ['id'],
  );
});

test('names are cut where ECS ends, and there is an end to containers', () => {
  const refusals = createRefusals();
  const containers = Array.from({ length: 5003 }, (_, at) => ({ DockerId: `${at}`, Name: `${at}${'x'.repeat(300)}` }));
  const metadata = parseTask({ Containers: containers }, refusals);
  assert.equal(metadata?.containers.length, 5000);
  assert.ok(metadata?.containers.every(({ name }) => name.length === 255));
  assert.deepEqual([...refusals.counts], [['too_many', 3]]);
});
