import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';
import type { TaskInfo } from '../../../src/snapshot/snapshot.ts';
import { parseTaskInfo } from '../../../src/snapshot/task-info.ts';

test('all members', () => {
  const task = parseTaskInfo(
    {
      Cluster: 'default',
      TaskARN: 'arn:aws:ecs:eu-west-1:1:task/x',
      Family: 'f',
      Revision: '3',
      DesiredStatus: 'STOPPED',
      KnownStatus: 'running',
      PullStartedAt: '2026-01-01T00:00:00Z',
      PullStoppedAt: '2026-01-01T00:00:08.5Z',
      ExecutionStoppedAt: '2026-01-02T00:00:00Z',
      AvailabilityZone: 'eu-west-1b',
      AvailabilityZoneID: 'euw1-az2',
      VPCID: 'vpc-1',
      LaunchType: 'fargate',
      ServiceName: 's',
      Limits: { CPU: 0.25, Memory: 512 },
      EphemeralStorageMetrics: { Utilized: 261, Reserved: 20_496 },
      ClockDrift: {
        ClockErrorBound: 0.5,
        ReferenceTimestamp: '2026-01-01T00:00:01Z',
        ClockSynchronizationStatus: 'SYNCHRONIZED',
      },
      FaultInjectionEnabled: false,
      Errors: [{ ErrorField: 'TaskTags', ErrorCode: 'AccessDeniedException', ErrorMessage: 'no' }],
    },
    createInvalidValues(),
  );
  assert.deepEqual(task, {
    cluster: 'default',
    arn: 'arn:aws:ecs:eu-west-1:1:task/x',
    family: 'f',
    revision: '3',
    availabilityZone: 'eu-west-1b',
    availabilityZoneId: 'euw1-az2',
    vpcId: 'vpc-1',
    launchType: 'FARGATE',
    serviceName: 's',
    knownStatus: 'RUNNING',
    desiredStatus: 'STOPPED',
    pullStartedNs: 1_767_225_600_000_000_000n,
    pullStoppedNs: 1_767_225_608_500_000_000n,
    executionStoppedNs: 1_767_312_000_000_000_000n,
    cpuCores: 0.25,
    memoryMib: 512,
    ephemeralStorage: { usedMib: 261, reservedMib: 20_496 },
    clock: { errorBoundMs: 0.5, referenceNs: 1_767_225_601_000_000_000n, isSynchronized: true },
    isFaultInjectionEnabled: false,
    errors: [{ field: 'TaskTags', code: 'AccessDeniedException' }],
  });
});

test('an empty document has no values, and none invalid', () => {
  const invalidValues = createInvalidValues();
  const { errors, ...rest } = parseTaskInfo({}, invalidValues);
  assert.deepEqual(errors, []);
  for (const [name, value] of Object.entries(rest)) assert.equal(value, undefined, name);
  assert.equal(invalidValues.counts.size, 0);
});

type Case = readonly [
  what: string,
  task: object,
  expected: Partial<TaskInfo>,
  refused: Readonly<Record<string, number>>,
];

const CASES: readonly Case[] = [
  ['storage that is empty', { EphemeralStorageMetrics: {} }, { ephemeralStorage: {} }, {}],
  ['storage that is null', { EphemeralStorageMetrics: null }, { ephemeralStorage: undefined }, {}],
  ['storage that is a list', { EphemeralStorageMetrics: [] }, { ephemeralStorage: undefined }, { wrong_type: 1 }],
  [
    'storage that is negative or not a number',
    { EphemeralStorageMetrics: { Utilized: -1, Reserved: '20' } },
    { ephemeralStorage: {} },
    { negative: 1, wrong_type: 1 },
  ],
  [
    'a clock that is not synchronized',
    { ClockDrift: { ClockSynchronizationStatus: 'not_synchronized' } },
    { clock: { isSynchronized: false } },
    {},
  ],
  [
    'an unknown clock status',
    { ClockDrift: { ClockSynchronizationStatus: 'DRIFTING', ClockErrorBound: 0 } },
    { clock: { isSynchronized: undefined, errorBoundMs: 0 } },
    {},
  ],
  ['an invalid clock', { ClockDrift: 5 }, { clock: undefined }, { wrong_type: 1 }],
  ['fault injection', { FaultInjectionEnabled: true }, { isFaultInjectionEnabled: true }, {}],
  [
    'fault injection as a string',
    { FaultInjectionEnabled: 'true' },
    { isFaultInjectionEnabled: undefined },
    { wrong_type: 1 },
  ],
  ['a pull that has not started', { PullStartedAt: '0001-01-01T00:00:00Z' }, { pullStartedNs: undefined }, {}],
  ['an invalid status', { KnownStatus: 'on fire!' }, { knownStatus: 'OTHER' }, {}],
  ['invalid errors', { Errors: 'all is well' }, { errors: [] }, { wrong_type: 1 }],
  ['an empty error', { Errors: [{}, null, 'x'] }, { errors: [{ field: undefined, code: 'OTHER' }] }, { wrong_type: 1 }],
];

for (const [what, document, expected, refused] of CASES) {
  test(`task: ${what}`, () => {
    const invalidValues = createInvalidValues();
    const task: Readonly<Record<string, unknown>> = { ...parseTaskInfo({ ...document }, invalidValues) };
    for (const [name, value] of Object.entries(expected)) {
      // Members that are undefined are the same as missing ones.
      assert.deepEqual(JSON.stringify(task[name]), JSON.stringify(value), name);
    }
    assert.deepEqual(Object.fromEntries(invalidValues.counts), refused);
  });
}

test('the number of errors is bounded', () => {
  const invalidValues = createInvalidValues();
  const Errors = Array.from({ length: 103 }, () => ({ ErrorCode: 'A' }));
  assert.equal(parseTaskInfo({ Errors }, invalidValues).errors?.length, 100);
  assert.deepEqual([...invalidValues.counts], [['too_many', 3]]);
});
