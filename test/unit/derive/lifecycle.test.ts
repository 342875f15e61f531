import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowId } from '../../../src/catalogue/catalogue.ts';
import { deriveLifecycle } from '../../../src/derive/lifecycle.ts';
import type { ContainerInfo } from '../../../src/snapshot/snapshot.ts';
import { containerView, recordingSink, SECOND_NS, taskView, tellOf } from './views.ts';

/** What is told of one container, without its info metric. */
function toldOf(info: Partial<ContainerInfo>, readNs?: bigint): Readonly<Record<string, number>> {
  const container = containerView('a', { info, ...(readNs !== undefined && { sample: { readNs } }) });
  const { 'container_info a {"containerId":"id-a"}': isThere, ...told } = tellOf(
    deriveLifecycle,
    taskView({}, [container]),
  );
  assert.equal(isThere, 1);
  return told;
}

type Case = readonly [
  what: string,
  info: Partial<ContainerInfo>,
  told: Readonly<Record<string, number>>,
  readSeconds?: bigint,
];

const CASES: readonly Case[] = [
  ['nothing known', {}, {}],
  [
    'running',
    { knownStatus: 'RUNNING', desiredStatus: 'RUNNING' },
    { 'container_running a': 1, 'container_status a {"knownStatus":"RUNNING","desiredStatus":"RUNNING"}': 1 },
  ],
  [
    'a status without the other',
    { knownStatus: 'PULLED' },
    { 'container_running a': 0, 'container_status a {"knownStatus":"PULLED"}': 1 },
  ],
  ['healthy', { health: { state: 'HEALTHY' } }, health(1, 0, 0)],
  ['unhealthy', { health: { state: 'UNHEALTHY' } }, health(0, 1, 0)],
  [
    'health not known yet',
    { health: { state: 'UNKNOWN', sinceNs: 5n * SECOND_NS } },
    { ...health(0, 0, 1), 'container_health_since_seconds a': 5 },
  ],
  [
    'the last health of what has stopped is no health',
    { health: { state: 'HEALTHY', sinceNs: SECOND_NS }, knownStatus: 'STOPPED' },
    { 'container_running a': 0, 'container_status a {"knownStatus":"STOPPED"}': 1 },
  ],
  ['ended well', { exitCode: 0 }, { 'container_exit_code a': 0 }],
  ['ended badly', { exitCode: -1 }, { 'container_exit_code a': -1 }],
  ['never restarted, with a policy', { restartCount: 0 }, { 'container_restarts a': 0 }],
  [
    'times, to the microsecond',
    { createdNs: 1_000_000_001_999n, startedAtNs: 2n * SECOND_NS, finishedNs: 3_500_000_000n },
    {
      'container_creation_time_seconds a': 1000.000001,
      'container_start_time_seconds a': 2,
      'container_finish_time_seconds a': 3.5,
    },
  ],
  [
    'up by the clock of the sample',
    { startedAtNs: 90n * SECOND_NS },
    { 'container_start_time_seconds a': 90, 'container_uptime_seconds a': 10 },
    100n,
  ],
  [
    'a start after the sample is that of the next life',
    { startedAtNs: 101n * SECOND_NS },
    { 'container_start_time_seconds a': 101 },
    100n,
  ],
  ['when it started is not known', { startedNs: SECOND_NS }, {}, 100n],
];

function health(healthy: number, unhealthy: number, unknown: number): Readonly<Record<string, number>> {
  return {
    'container_health a {"healthState":"HEALTHY"}': healthy,
    'container_health a {"healthState":"UNHEALTHY"}': unhealthy,
    'container_health a {"healthState":"UNKNOWN"}': unknown,
  };
}

for (const [what, info, told, readSeconds] of CASES) {
  test(`a container: ${what}`, () => {
    assert.deepEqual(toldOf(info, readSeconds === undefined ? undefined : readSeconds * SECOND_NS), told);
  });
}

test('what a container is, as far as that is known', () => {
  const info = { image: 'i', imageId: 'ii', arn: 'arn', dockerName: 'd', snapshotter: 'soci' };
  const [name] = Object.keys(tellOf(deriveLifecycle, taskView({}, [containerView('a', { info })])));
  assert.equal(
    name,
    'container_info a {"containerId":"id-a","image":"i","imageId":"ii","containerArn":"arn","dockerName":"d","snapshotter":"soci"}',
  );
});

test('restarts are not counted since the start of the present life', () => {
  const starts = new Map<RowId, bigint | undefined>();
  const container = { ...containerView('a', { info: { restartCount: 2 } }), countedFromNs: 50n };
  deriveLifecycle(taskView({}, [container]), {
    ...recordingSink(),
    container: (row, { countedFromNs }, value) => {
      if (value !== undefined) starts.set(row, countedFromNs);
    },
  });
  assert.deepEqual(
    [...starts],
    [
      ['container_info', 50n],
      ['container_restarts', undefined],
    ],
  );
});
