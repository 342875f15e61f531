import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerInfo } from '../../../src/snapshot/snapshot.ts';
import { containerView, SECOND_NS, startsOf, taskView, valuesOf } from './views.ts';

/** Values of one container, without its info metric. */
function valuesIn(info: Partial<ContainerInfo>, readNs?: bigint): Readonly<Record<string, number>> {
  const container = containerView('a', { info, ...(readNs !== undefined && { sample: { readNs } }) });
  const all = valuesOf('lifecycle', taskView({}, [{ ...container, runStartNs: info.startedAtNs }]));
  assert.equal(all['container_info a {"containerId":"id-a"} (ecs only)'], 1);
  assert.equal(all['container_info a {"containerId":"id-a"} (semconv only)'], 1);
  return Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith('container_info')));
}

type Case = readonly [
  what: string,
  info: Partial<ContainerInfo>,
  values: Readonly<Record<string, number>>,
  readSeconds?: bigint,
];

const CASES: readonly Case[] = [
  ['no metadata', {}, {}],
  [
    'running',
    { knownStatus: 'RUNNING', desiredStatus: 'RUNNING' },
    { 'container_running a': 1, 'container_status a {"knownStatus":"RUNNING","desiredStatus":"RUNNING"}': 1 },
  ],
  [
    'a known status only',
    { knownStatus: 'PULLED' },
    { 'container_running a': 0, 'container_status a {"knownStatus":"PULLED"}': 1 },
  ],
  ['healthy', { health: { state: 'HEALTHY' } }, health(1, 0, 0)],
  ['unhealthy', { health: { state: 'UNHEALTHY' } }, health(0, 1, 0)],
  [
    'unknown health',
    { health: { state: 'UNKNOWN', sinceNs: 5n * SECOND_NS } },
    { ...health(0, 0, 1), 'container_health_since_seconds a': 5 },
  ],
  [
    'no health of a stopped container',
    { health: { state: 'HEALTHY', sinceNs: SECOND_NS }, knownStatus: 'STOPPED' },
    { 'container_running a': 0, 'container_status a {"knownStatus":"STOPPED"}': 1 },
  ],
  ['exit code 0', { exitCode: 0 }, { 'container_exit_code a': 0 }],
  ['negative exit code', { exitCode: -1 }, { 'container_exit_code a': -1 }],
  ['never restarted, with a policy', { restartCount: 0 }, { 'container_restarts a': 0 }],
  [
    'times with microseconds',
    { createdNs: 1_000_000_001_999n, startedAtNs: 2n * SECOND_NS, finishedNs: 3_500_000_000n },
    {
      'container_creation_time_seconds a': 1000.000001,
      'container_start_time_seconds a': 2,
      'container_finish_time_seconds a': 3.5,
    },
  ],
  [
    'uptime as of the sample',
    { startedAtNs: 90n * SECOND_NS },
    { 'container_start_time_seconds a': 90, 'container_uptime_seconds a': 10 },
    100n,
  ],
  [
    'a start after the sample: no uptime',
    { startedAtNs: 101n * SECOND_NS },
    { 'container_start_time_seconds a': 101 },
    100n,
  ],
  ['unknown start', { runStartNs: SECOND_NS }, {}, 100n],
];

function health(healthy: number, unhealthy: number, unknown: number): Readonly<Record<string, number>> {
  return {
    'container_health a {"healthState":"HEALTHY"}': healthy,
    'container_health a {"healthState":"UNHEALTHY"}': unhealthy,
    'container_health a {"healthState":"UNKNOWN"}': unknown,
  };
}

for (const [what, info, values, readSeconds] of CASES) {
  test(`lifecycle: ${what}`, () => {
    assert.deepEqual(valuesIn(info, readSeconds === undefined ? undefined : readSeconds * SECOND_NS), values);
  });
}

test('container_info has all known attributes, and the image under the names of each vocabulary', () => {
  const info = {
    image: 'r.example:5000/i:1.2@sha256:ab',
    imageId: 'ii',
    arn: 'arn',
    dockerName: 'd',
    snapshotter: 'soci',
  };
  const names = Object.keys(valuesOf('lifecycle', taskView({}, [containerView('a', { info })])));
  const rest = '"imageId":"ii","containerArn":"arn","dockerName":"d","snapshotter":"soci"}';
  assert.deepEqual(names, [
    `container_info a {"containerId":"id-a","image":"r.example:5000/i:1.2@sha256:ab",${rest} (ecs only)`,
    `container_info a {"containerId":"id-a","imageName":"r.example:5000/i","imageTags":["1.2"],${rest} (semconv only)`,
  ]);
});

test('the restart counter has no start time', () => {
  const container = { ...containerView('a', { info: { restartCount: 2 } }), startTimeNs: 50n };
  const starts = startsOf('lifecycle', taskView({}, [container]));
  assert.deepEqual(starts, {
    'container_info a {"containerId":"id-a"} (ecs only)': 50n,
    'container_info a {"containerId":"id-a"} (semconv only)': 50n,
    'container_restarts a': null,
  });
});

test('a restart without a reported time: neither start time nor uptime', () => {
  const sample = { readNs: 100n * SECOND_NS };
  const container = containerView('a', { info: { startedAtNs: SECOND_NS }, sample });
  const values = valuesOf('lifecycle', taskView({}, [{ ...container, isStartUnknown: true }]));
  assert.equal(values['container_start_time_seconds a'], undefined);
  assert.equal(values['container_uptime_seconds a'], undefined);
});
