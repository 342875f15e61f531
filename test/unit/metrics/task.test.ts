import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskInfo } from '../../../src/snapshot/snapshot.ts';
import { SECOND_NS, taskView, valuesOf } from './views.ts';

const MIB = 1024 ** 2;

type Case = readonly [what: string, task: TaskInfo, expected: Readonly<Record<string, number>>];

const CASES: readonly Case[] = [
  ['no metadata', {}, {}],
  [
    'info, with the cluster name',
    {
      cluster: 'arn:aws:ecs:eu-west-1:1:cluster/shop',
      arn: 't',
      family: 'f',
      revision: '3',
      serviceName: 's',
      launchType: 'FARGATE',
      availabilityZone: 'z',
      availabilityZoneId: 'zi',
      vpcId: 'v',
    },
    {
      'task_info _task_ {"cluster":"shop","taskArn":"t","taskFamily":"f","revision":"3","service":"s","launchType":"FARGATE","availabilityZone":"z","availabilityZoneId":"zi","vpcId":"v"}': 1,
    },
  ],
  ['EC2: the cluster name', { cluster: 'shop' }, { 'task_info _task_ {"cluster":"shop"}': 1 }],
  [
    'statuses',
    { knownStatus: 'RUNNING', desiredStatus: 'STOPPED' },
    { 'task_status _task_ {"knownStatus":"RUNNING","desiredStatus":"STOPPED"}': 1 },
  ],
  ['a desired status only', { desiredStatus: 'RUNNING' }, {}],
  ['a pull that has not ended', { pullStartedNs: SECOND_NS }, {}],
  [
    'an image pull',
    { pullStartedNs: SECOND_NS, pullStoppedNs: 3_500_000_000n },
    { 'task_image_pull_duration_seconds _task_': 2.5 },
  ],
  ['a pull that ended before it started', { pullStartedNs: 2n, pullStoppedNs: 1n }, {}],
  ['being stopped', { executionStoppedNs: 8n * SECOND_NS }, { 'task_execution_stop_time_seconds _task_': 8 }],
  ['fault injection', { isFaultInjectionEnabled: true }, { 'task_fault_injection_enabled _task_': 1 }],
  ['no fault injection', { isFaultInjectionEnabled: false }, { 'task_fault_injection_enabled _task_': 0 }],
  [
    'errors by code',
    { errors: [{ code: 'A' }, { code: 'B' }, { code: 'A' }] },
    { 'task_metadata_errors _task_ {"reason":"A"}': 2, 'task_metadata_errors _task_ {"reason":"B"}': 1 },
  ],
  [
    'storage in bytes',
    { ephemeralStorage: { usedMib: 256, reservedMib: 20_480 } },
    {
      'ephemeral_storage_used_bytes _task_': 256 * MIB,
      'ephemeral_storage_reserved_bytes _task_': 20_480 * MIB,
      'ephemeral_storage_usage_ratio _task_': 0.0125,
    },
  ],
  ['empty storage metrics', { ephemeralStorage: {} }, {}],
  [
    'no reserved storage: no ratio',
    { ephemeralStorage: { usedMib: 1, reservedMib: 0 } },
    { 'ephemeral_storage_used_bytes _task_': MIB, 'ephemeral_storage_reserved_bytes _task_': 0 },
  ],
  [
    'clock error in seconds',
    { clock: { errorBoundMs: 1.5, isSynchronized: false, referenceNs: 9n * SECOND_NS } },
    {
      'clock_error_bound_seconds _task_': 0.0015,
      'clock_synchronized _task_': 0,
      'clock_reference_time_seconds _task_': 9,
    },
  ],
  ['a clock whose status is unknown', { clock: { isSynchronized: undefined } }, {}],
];

for (const [what, task, expected] of CASES) {
  test(`a task: ${what}`, () => assert.deepEqual(valuesOf('task', taskView(task, [])), expected));
}
