import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransitions } from '../../../src/log/transitions.ts';
import { createFilter } from '../../../src/sampler/filter.ts';
import { createPollLog } from '../../../src/sampler/poll-log.ts';
import type { PollOutcome } from '../../../src/sampler/sampler.ts';
import type { TaskChanges } from '../../../src/sampler/task-state.ts';
import type { TaskSnapshot } from '../../../src/snapshot/snapshot.ts';
import { EndpointError } from '../../../src/sources/ecs-task/endpoint-error.ts';
import { globsOf } from '../../helpers/config.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';

function snapshotOf(names: readonly string[], internalContainers: readonly string[] = []): TaskSnapshot {
  const named = (name: string) => ({ info: { id: name, name, networkNamespace: name, sharesNetworkNamespace: false } });
  return {
    task: {},
    containers: names.map(named),
    internalContainers: internalContainers.map(named),
    unknownIds: [],
    hasStats: true,
    duplicateNames: [],
    isTruncated: false,
  };
}

const OUTCOME: PollOutcome = {
  tasks: [],
  isComplete: true,
  isSuccessful: true,
  failures: [],
  refused: new Map(),
  internalErrors: [],
  seconds: 0.02,
  endedMs: 0,
};

const UNCHANGED: TaskChanges = { isNew: false, restarted: [], withoutStats: [], renewed: 0 };

/** A poll of one task. */
function polled(snapshot: TaskSnapshot, changes: Partial<TaskChanges> = {}): PollOutcome {
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

test('a pattern that matches nothing is logged once, unless it is for a container of ECS', () => {
  const { log, events } = setUp([], ['sidecar', 'pau*', '~internal~ecs~pause', 'wbe', 'web']);
  const snapshot = snapshotOf(['web', 'db'], ['pause']);
  for (let poll = 0; poll < 3; poll += 1) log.onPoll(polled(snapshot, { isNew: poll === 0 }));
  assert.deepEqual(events(), [
    'info task_found: found the task',
    'info pattern_matches_nothing: include or exclude: sidecar matches no container',
    'info pattern_matches_nothing: include or exclude: wbe matches no container; did you mean web?',
  ]);
});

test('include and exclude that select nothing cause a warning', () => {
  const { log, events } = setUp(['web'], ['web']);
  log.onPoll(polled(snapshotOf(['web'])));
  assert.match(events().at(-1) ?? '', /^warn nothing_selected: /);
});

test('each restart is logged, with the names of the containers', () => {
  const { log, events } = setUp([], []);
  const snapshot = snapshotOf(['a', 'b']);
  log.onPoll(polled(snapshot, { restarted: ['a', 'b'] }));
  log.onPoll(polled(snapshot, { restarted: ['b'] }));
  const logged = events().filter((line) => line.includes('containers_restarted'));
  assert.deepEqual(logged, [
    'info containers_restarted: restarted in place: a, b',
    'info containers_restarted: restarted in place: b',
  ]);
});

test('an outage logs one line at its start and one at its end', () => {
  const { log, events } = setUp([], []);
  const failures = [new EndpointError('timeout', 'no answer')];
  for (let poll = 0; poll < 3; poll += 1) log.onPoll({ ...OUTCOME, failures });
  log.onPoll(polled(snapshotOf(['a'])));
  assert.deepEqual(events().slice(0, 2), ['warn poll_failing: no answer', 'info poll_recovered: recovered']);
});

test('tags that cannot be read log one line for each reason, and one when they arrive', () => {
  const { log, events } = setUp([], []);
  const failure = { reason: 'refused', message: 'no permission' } as const;
  log.onPoll({ ...OUTCOME, tags: { failure } });
  log.onPoll(OUTCOME);
  log.onPoll({ ...OUTCOME, tags: { failure } });
  assert.deepEqual(events(), ['warn task_tags_failing: no permission']);
  log.onPoll({ ...OUTCOME, tags: {} });
  assert.deepEqual(events().slice(1), ['info task_tags_recovered: recovered']);
});

test('running containers without stats: one log line, one at the recovery, and none while the endpoint fails', () => {
  const { log, events } = setUp([], []);
  const running = (name: string) => ({
    info: { id: name, name, networkNamespace: name, sharesNetworkNamespace: false, knownStatus: 'RUNNING' },
  });
  const snapshot = { ...snapshotOf([]), containers: [running('a'), running('b')] };
  log.onPoll(polled(snapshot, { withoutStats: ['b'] }));
  log.onPoll(polled(snapshot, { withoutStats: ['b'] }));
  log.onPoll(polled({ ...snapshot, hasStats: false }, { withoutStats: ['a', 'b'] }));
  log.onPoll(polled(snapshot));
  const logged = events().filter((line) => line.includes('container_stats'));
  assert.deepEqual(logged, [
    'warn container_stats_failing: no current stats for running containers: b; CPU, memory and process gauges of the task are absent',
    'info container_stats_recovered: recovered',
  ]);
});

test('a restart loop logs no missing stats; stats that remain missing are logged once', () => {
  const { log, events } = setUp([], []);
  const poll = (atSeconds: number, startedSeconds: number, hasStats: boolean): void => {
    const startedAtNs = BigInt(startedSeconds) * 1_000_000_000n;
    const info = {
      id: 'a',
      name: 'a',
      networkNamespace: 'a',
      sharesNetworkNamespace: false,
      knownStatus: 'RUNNING',
      startedAtNs,
    };
    const snapshot = { ...snapshotOf([]), containers: [{ info }] };
    log.onPoll({ ...polled(snapshot, { withoutStats: hasStats ? [] : ['a'] }), endedMs: atSeconds * 1000 });
  };
  // Stats are missing for 50 s before the new start and for 20 s after it: more than a minute, but each less than one.
  for (let startedSeconds = 0; startedSeconds < 1200; startedSeconds += 120) {
    for (let age = 5; age < 120; age += 5) poll(startedSeconds + age, startedSeconds, age > 20 && age < 70);
  }
  assert.deepEqual(events(), []);
  for (let age = 5; age < 600; age += 15) poll(1200 + age, 1200, false);
  assert.match(events().join('\n'), /^warn container_stats_failing: [^\n]*$/);
});

test('several containers with the same name cause one warning', () => {
  const { log, events } = setUp([], []);
  const snapshot = { ...snapshotOf(['a', 'a']), duplicateNames: ['a'] };
  for (let poll = 0; poll < 3; poll += 1) log.onPoll(polled(snapshot));
  const logged = events().filter((line) => line.includes('duplicate_container_name'));
  assert.deepEqual(logged, [
    'warn duplicate_container_name: several containers are named a: metrics with ecs names show only one of them',
  ]);
});

test('a value that cannot be computed is logged once', () => {
  const { log, events } = setUp([], []);
  const internalErrors = [{ row: 'mem_cache', message: 'no cache' }] as const;
  for (let poll = 0; poll < 3; poll += 1) log.onPoll({ ...OUTCOME, internalErrors });
  assert.deepEqual(events(), ['warn internal_error_failing: cannot compute the metric mem_cache: no cache']);
});

test('with several tasks, the name of a container begins with the ID of its task', () => {
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
    'warn duplicate_container_name: several containers are named one/web: metrics with ecs names show only one of them',
    'warn duplicate_container_name: several containers are named two/web: metrics with ecs names show only one of them',
    'info containers_restarted: restarted in place: one/web',
    'info task_found: found the task',
    'info task_found: found the task',
  ]);
});

test('patterns are matched against the containers of all tasks', () => {
  const { log, events } = setUp(['web', 'db', 'no'], []);
  const tasks = ['web', 'db'].map((name) => ({ key: name, snapshot: snapshotOf([name]), ...UNCHANGED }));
  log.onPoll({ ...OUTCOME, tasks });
  assert.deepEqual(events(), ['info pattern_matches_nothing: include or exclude: no matches no container']);
});
