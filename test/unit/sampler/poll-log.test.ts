import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransitions } from '../../../src/log/transitions.ts';
import { createFilter } from '../../../src/sampler/filter.ts';
import { createPollLog } from '../../../src/sampler/poll-log.ts';
import type { PollOutcome } from '../../../src/sampler/sampler.ts';
import type { Followed } from '../../../src/sampler/task-state.ts';
import type { TaskSnapshot } from '../../../src/snapshot/snapshot.ts';
import { EndpointError } from '../../../src/sources/ecs-task/endpoint-error.ts';
import { globsOf } from '../../helpers/config.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';

function snapshotOf(names: readonly string[], internals: readonly string[] = []): TaskSnapshot {
  const named = (name: string) => ({ info: { id: name, name, sandbox: name, sharesSandbox: false } });
  return {
    task: {},
    containers: names.map(named),
    internals: internals.map(named),
    unknownIds: [],
    hasStats: true,
    duplicateNames: [],
  };
}

const OUTCOME: PollOutcome = {
  tasks: [],
  isComplete: true,
  isGood: true,
  failures: [],
  refused: new Map(),
  internalErrors: [],
  seconds: 0.02,
};

const UNCHANGED: Followed = { isNew: false, restarted: [], withoutStats: [], renewed: 0 };

/** A poll of one task. */
function polled(snapshot: TaskSnapshot, changes: Partial<Followed> = {}): PollOutcome {
  return { ...OUTCOME, tasks: [{ key: 'task', snapshot, ...UNCHANGED, ...changes }] };
}

function setUp(include: readonly string[], exclude: readonly string[]) {
  const logger = recordingLogger();
  const log = createPollLog(
    logger,
    createTransitions({ logger }),
    createFilter(globsOf(...include), globsOf(...exclude)),
  );
  const events = () =>
    logger.events
      .filter(({ level }) => level !== 'debug')
      .map(({ level, event, message }) => `${level} ${event}: ${message}`);
  return { log, events };
}

test('a pattern that matches nothing is told once, but not one for the containers of ECS', () => {
  const { log, events } = setUp([], ['sidecar', 'pau*', '~internal~ecs~pause', 'wbe', 'web']);
  const snapshot = snapshotOf(['web', 'db'], ['pause']);
  for (let poll = 0; poll < 3; poll += 1) log.onPoll(polled(snapshot, { isNew: poll === 0 }));
  assert.deepEqual(events(), [
    'info task_found: reading the task',
    'info pattern_matches_nothing: no container is called sidecar',
    'info pattern_matches_nothing: no container is called wbe; did you mean web?',
  ]);
});

test('include and exclude that leave nothing are worth a warning', () => {
  const { log, events } = setUp(['web'], ['web']);
  log.onPoll(polled(snapshotOf(['web'])));
  assert.match(events().at(-1) ?? '', /^warn nothing_selected: /);
});

test('containers that started again are named, each time', () => {
  const { log, events } = setUp([], []);
  const snapshot = snapshotOf(['a', 'b']);
  log.onPoll(polled(snapshot, { restarted: ['a', 'b'] }));
  log.onPoll(polled(snapshot, { restarted: ['b'] }));
  const told = events().filter((line) => line.includes('containers_restarted'));
  assert.deepEqual(told, [
    'info containers_restarted: restarted in place: a, b',
    'info containers_restarted: restarted in place: b',
  ]);
});

test('an outage is one line at its start and one at its end', () => {
  const { log, events } = setUp([], []);
  const failures = [new EndpointError('timeout', 'no answer')];
  for (let poll = 0; poll < 3; poll += 1) log.onPoll({ ...OUTCOME, failures });
  log.onPoll(polled(snapshotOf(['a'])));
  assert.deepEqual(events().slice(0, 2), ['warn poll_failing: no answer', 'info poll_recovered: works again']);
});

test('tags that cannot be read are one line for each reason, and one when they come', () => {
  const { log, events } = setUp([], []);
  const failure = { reason: 'refused', message: 'no permission' } as const;
  log.onPoll({ ...OUTCOME, tags: { failure } });
  log.onPoll(OUTCOME);
  log.onPoll({ ...OUTCOME, tags: { failure } });
  assert.deepEqual(events(), ['warn task_tags_failing: no permission']);
  log.onPoll({ ...OUTCOME, tags: {} });
  assert.deepEqual(events().slice(1), ['info task_tags_recovered: works again']);
});

test('running containers without stats: one log line, one at the recovery, and none while the endpoint fails', () => {
  const { log, events } = setUp([], []);
  const running = (name: string) => ({
    info: { id: name, name, sandbox: name, sharesSandbox: false, knownStatus: 'RUNNING' },
  });
  const snapshot = { ...snapshotOf([]), containers: [running('a'), running('b')] };
  log.onPoll(polled(snapshot, { withoutStats: ['b'] }));
  log.onPoll(polled(snapshot, { withoutStats: ['b'] }));
  log.onPoll(polled({ ...snapshot, hasStats: false }, { withoutStats: ['a', 'b'] }));
  log.onPoll(polled(snapshot));
  const told = events().filter((line) => line.includes('container_stats'));
  assert.deepEqual(told, [
    'warn container_stats_failing: no current stats for running containers: b; CPU, memory and process gauges of the task are absent',
    'info container_stats_recovered: works again',
  ]);
});

test('several containers of one name cause one warning', () => {
  const { log, events } = setUp([], []);
  const snapshot = { ...snapshotOf(['a', 'a']), duplicateNames: ['a'] };
  for (let poll = 0; poll < 3; poll += 1) log.onPoll(polled(snapshot));
  const told = events().filter((line) => line.includes('duplicate_container_name'));
  assert.deepEqual(told, [
    'warn duplicate_container_name: several containers are named a: ecs metrics export only one of them',
  ]);
});

test('a value that cannot be computed is logged once', () => {
  const { log, events } = setUp([], []);
  const internalErrors = [{ row: 'mem_cache', message: 'no cache' }] as const;
  for (let poll = 0; poll < 3; poll += 1) log.onPoll({ ...OUTCOME, internalErrors });
  assert.deepEqual(events(), ['warn internal_error_failing: the metric mem_cache could not be computed: no cache']);
});

test('beside another task, the name of a container begins with the id of its task', () => {
  const { log, events } = setUp(['w?b'], []);
  const tasks = ['one', 'two'].map((id) => ({
    key: `arn:aws:ecs:eu-west-1:111122223333:task/c/${id}`,
    snapshot: { ...snapshotOf(['web', 'web']), duplicateNames: ['web'] },
    ...UNCHANGED,
    isNew: true,
    restarted: id === 'one' ? ['web'] : [],
    withoutStats: id === 'two' ? ['web'] : [],
  }));
  log.onPoll({ ...OUTCOME, tasks });
  assert.deepEqual(events(), [
    'warn container_stats_failing: no current stats for running containers: two/web; CPU, memory and process gauges of their tasks are absent',
    'warn duplicate_container_name: several containers are named one/web: ecs metrics export only one of them',
    'warn duplicate_container_name: several containers are named two/web: ecs metrics export only one of them',
    'info containers_restarted: restarted in place: one/web',
    'info task_found: reading the task',
    'info task_found: reading the task',
  ]);
});

test('a pattern that matches a container of any task matches something', () => {
  const { log, events } = setUp(['web', 'db', 'no'], []);
  const tasks = ['web', 'db'].map((name) => ({ key: name, snapshot: snapshotOf([name]), ...UNCHANGED }));
  log.onPoll({ ...OUTCOME, tasks });
  assert.deepEqual(events(), ['info pattern_matches_nothing: no container is called no']);
});
