import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContainerInfo } from '../../../src/snapshot/container-info.ts';
import { createInvalidValues, type InvalidReason } from '../../../src/snapshot/json-values.ts';

const APP = { id: 'abc', name: 'app' };

function infoOf(container: object, invalidValues = createInvalidValues()) {
  return parseContainerInfo({ ...container }, APP, undefined, invalidValues);
}

test('all members, of a stopped container', () => {
  const info = parseContainerInfo(
    {
      DockerName: 'ecs-f-3-app',
      Image: 'nginx:1',
      ImageID: 'sha256:00',
      ContainerARN: 'arn:c',
      Snapshotter: 'soci',
      Labels: { team: 'core', other: 'x' },
      DesiredStatus: 'STOPPED',
      KnownStatus: 'stopped',
      ExitCode: 137,
      CreatedAt: '2026-01-01T00:00:00Z',
      StartedAt: '2026-01-01T00:00:01.5Z',
      FinishedAt: '2026-01-01T00:01:00Z',
      RestartCount: 0,
      Limits: { CPU: 2, Memory: 0 },
      Health: { status: 'UNHEALTHY', statusSince: '2026-01-01T00:00:30Z', exitCode: 1, output: 'no' },
    },
    APP,
    (key) => key === 'team',
    createInvalidValues(),
  );
  assert.deepEqual(info, {
    id: 'abc',
    name: 'app',
    dockerName: 'ecs-f-3-app',
    image: 'nginx:1',
    imageId: 'sha256:00',
    arn: 'arn:c',
    snapshotter: 'soci',
    knownStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    health: { state: 'UNHEALTHY', sinceNs: 1_767_225_630_000_000_000n },
    exitCode: 137,
    createdNs: 1_767_225_600_000_000_000n,
    startedAtNs: 1_767_225_601_500_000_000n,
    runStartNs: 1_767_225_601_500_000_000n,
    firstRunStartNs: 1_767_225_601_500_000_000n,
    finishedNs: 1_767_225_660_000_000_000n,
    restartCount: 0,
    cpuUnits: 2,
    memoryMib: 0,
    labels: new Map([['team', 'core']]),
  });
});

const at = (seconds: number): string => `2026-01-01T00:00:${String(seconds).padStart(2, '0')}Z`;
const ns = (seconds: number): bigint => 1_767_225_600_000_000_000n + BigInt(seconds) * 1_000_000_000n;

type StartCase = readonly [what: string, entry: object, started: number | undefined, first: number | undefined];

const STARTS: readonly StartCase[] = [
  ['created, not started', { CreatedAt: at(1) }, undefined, 1],
  ['started', { KnownStatus: 'RUNNING', StartedAt: at(2) }, 2, 2],
  ['restarted on EC2', { KnownStatus: 'RUNNING', StartedAt: at(2), FinishedAt: at(9), RestartCount: 1 }, 9, 2],
  ['restarted, with a new StartedAt', { KnownStatus: 'RUNNING', StartedAt: at(9), FinishedAt: at(8) }, 9, 9],
  ['stopped', { KnownStatus: 'STOPPED', StartedAt: at(2), FinishedAt: at(9) }, 2, 2],
  [
    'stopped after restarts',
    { KnownStatus: 'STOPPED', StartedAt: at(2), FinishedAt: at(9), RestartCount: 3 },
    undefined,
    2,
  ],
];

for (const [what, entry, started, first] of STARTS) {
  test(`start of the current and the first run: ${what}`, () => {
    const { startedAtNs, firstRunStartNs } = infoOf(entry, createInvalidValues());
    assert.equal(startedAtNs, started === undefined ? undefined : ns(started));
    assert.equal(firstRunStartNs, first === undefined ? undefined : ns(first));
  });
}

test('only a name: no other values, and none invalid', () => {
  const invalidValues = createInvalidValues();
  const { id, name, ...rest } = infoOf({}, invalidValues);
  assert.deepEqual([id, name], ['abc', 'app']);
  for (const [member, value] of Object.entries(rest)) assert.equal(value, undefined, member);
  assert.equal(invalidValues.counts.size, 0);
});

test('labels are not read unless selected', () => {
  const invalidValues = createInvalidValues();
  assert.equal(infoOf({ Labels: 5 }, invalidValues).labels, undefined);
  assert.equal(invalidValues.counts.size, 0);
});

test('a container that has not started: CreatedAt is its run start, and it has no StartedAt', () => {
  const info = infoOf({ CreatedAt: '2026-01-01T00:00:00Z', StartedAt: '0001-01-01T00:00:00Z' });
  assert.equal(info.runStartNs, 1_767_225_600_000_000_000n);
  assert.equal(info.createdNs, 1_767_225_600_000_000_000n);
  assert.equal(info.startedAtNs, undefined);
});

const EXIT_CODES: readonly (readonly [given: unknown, code: number | undefined, refused?: InvalidReason])[] = [
  [undefined, undefined],
  [null, undefined],
  [0, 0],
  [137, 137],
  [-1, -1],
  // STATUS_CONTROL_C_EXIT of Windows.
  [0xc000013a, 3_221_225_786],
  ['1', undefined, 'wrong_type'],
  [1.5, undefined, 'wrong_type'],
  [true, undefined, 'wrong_type'],
  [2 ** 32, undefined, 'out_of_range'],
  [-(2 ** 60), undefined, 'out_of_range'],
];

for (const [given, code, refused] of EXIT_CODES) {
  test(`ExitCode ${JSON.stringify(given)}`, () => {
    const invalidValues = createInvalidValues();
    assert.equal(infoOf({ ExitCode: given }, invalidValues).exitCode, code);
    assert.deepEqual([...invalidValues.counts], refused === undefined ? [] : [[refused, 1]]);
  });
}
