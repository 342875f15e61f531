import type { Logger } from '../log/logger.ts';
import type { Transitions } from '../log/transitions.ts';
import type { FailedValue } from '../metrics/recorder.ts';
import type { ContainerInfo, TaskSnapshot } from '../snapshot/snapshot.ts';
import { nearest } from '../text/nearest.ts';
import { cutList, cutName } from '../text/printable.ts';
import type { ContainerFilter } from './filter.ts';
import type { PollOutcome, SamplerObserver } from './sampler.ts';
import type { UpdatedTask } from './tasks.ts';

/** Internal containers of ECS. The image excludes them by default, but not every task has them, so no match is normal. */
const INTERNAL_PREFIX = '~internal~';

/** Limits the warnings that hostile metadata can cause. */
const MAX_DUPLICATES = 20;

/** A restart leaves a container without stats until the first sample of its new run. */
const STATS_GRACE_MS = 60_000;

/** Logs changes between polls: failures, recoveries and restarts. Patterns that match nothing are logged once. */
export function createPollLog(logger: Logger, transitions: Transitions, filter: ContainerFilter): SamplerObserver {
  let hasCheckedFilter = false;
  const duplicates = new Set<string>();
  /** When each container last had stats or started, in milliseconds since the epoch. */
  let lastStatsMs: ReadonlyMap<string, number> = new Map();

  function logInternalErrors([first]: readonly FailedValue[]): void {
    if (first === undefined) {
      transitions.ok('internal_error');
      return;
    }
    const { row, message } = first;
    const what = row === undefined ? 'a group of metrics' : `the metric ${row}`;
    transitions.failing('internal_error', row ?? 'group', `cannot compute ${what}: ${message}`);
  }

  function logMissingStats(tasks: readonly UpdatedTask[], endedMs: number): void {
    const withStats = tasks.filter(({ snapshot }) => snapshot.hasStats);
    if (withStats.length === 0) return;
    const names = overdueStats(tasks, endedMs);
    if (names.length === 0) {
      transitions.ok('container_stats');
      return;
    }
    const running = withStats
      .flatMap(({ snapshot }) => snapshot.containers)
      .filter(({ info }) => info.knownStatus === 'RUNNING').length;
    const whose = withStats.length > 1 ? 'their tasks' : 'the task';
    const message =
      names.length === running
        ? 'no running container has current stats; on EC2, check ECS_DISABLE_METRICS and the log of the ECS agent'
        : `no current stats for running containers: ${cutList(names).join(', ')}; CPU, memory and process gauges of ${whose} are absent`;
    transitions.failing('container_stats', 'missing', message, { containers: names });
  }

  /** Names of RUNNING containers that have had no stats for `STATS_GRACE_MS`. */
  function overdueStats(tasks: readonly UpdatedTask[], endedMs: number): readonly string[] {
    const nameOf = createNamer(tasks);
    const latestMs = new Map<string, number>();
    const overdue = new Set<string>();
    for (const task of tasks) {
      for (const { info } of task.snapshot.containers) {
        const name = nameOf(task, info.name);
        const isMissing = task.snapshot.hasStats && task.withoutStats.includes(info.name);
        const atMs = isMissing ? Math.max(lastStatsMs.get(name) ?? startedMs(info), startedMs(info)) : endedMs;
        latestMs.set(name, atMs);
        const isRecent = atMs <= endedMs && endedMs - atMs < STATS_GRACE_MS;
        if (isMissing && !isRecent) overdue.add(name);
      }
    }
    lastStatsMs = latestMs;
    return [...overdue];
  }

  function logDuplicate(container: string): void {
    if (duplicates.has(container) || duplicates.size >= MAX_DUPLICATES) return;
    duplicates.add(container);
    const message = `several containers are named ${cutName(container)}: metrics with ecs names show only one of them`;
    logger.warn('duplicate_container_name', message, { container });
  }

  function checkFilter(snapshots: readonly TaskSnapshot[]): void {
    const names = snapshots.flatMap(namesOf);
    const internalContainers = snapshots.flatMap((snapshot) =>
      snapshot.internalContainers.map(({ info }) => info.name),
    );
    const unmatched = filter.unmatched([...names, ...internalContainers]);
    for (const pattern of unmatched.filter((one) => !one.startsWith(INTERNAL_PREFIX))) {
      const similar = nearest(pattern, names);
      const hint = similar === undefined ? '' : `; did you mean ${similar}?`;
      const message = `include or exclude: ${pattern} matches no container${hint}`;
      logger.info('pattern_matches_nothing', message, { pattern, containers: names });
    }
    if (names.length > 0 && !names.some(filter.isSelected)) {
      logger.warn('nothing_selected', 'include and exclude select no container: only task totals are exported');
    }
  }

  function logPoll({ tasks, failures, seconds }: PollOutcome): void {
    logger.debug('poll', failures.length === 0 ? 'poll succeeded' : 'poll ended with failures', {
      duration_ms: Math.round(seconds * 1e6) / 1e3,
      containers: tasks.reduce((sum, { snapshot }) => sum + snapshot.containers.length, 0),
      samples_renewed: tasks.reduce((sum, { renewed }) => sum + renewed, 0),
      failures: failures.map(({ code }) => code),
    });
  }

  return {
    onPoll(outcome) {
      const { tasks, failures, internalErrors, tags, endedMs } = outcome;
      const nameOf = createNamer(tasks);
      logPoll(outcome);
      const [failure] = failures;
      if (failure === undefined) transitions.ok('poll');
      else transitions.failing('poll', failure.code, failure.message);
      if (tags?.failure !== undefined) transitions.failing('task_tags', tags.failure.reason, tags.failure.message);
      else if (tags !== undefined) transitions.ok('task_tags');
      logInternalErrors(internalErrors);
      logMissingStats(tasks, endedMs);
      for (const task of tasks) for (const name of task.snapshot.duplicateNames) logDuplicate(nameOf(task, name));
      const restarted = tasks.flatMap((task) => task.restarted.map((name) => nameOf(task, name)));
      if (restarted.length > 0) {
        const message = `restarted in place: ${cutList(restarted).join(', ')}`;
        logger.info('containers_restarted', message, { containers: restarted });
      }
      for (const { snapshot } of tasks.filter(({ isNew }) => isNew)) {
        logger.info('task_found', 'found the task', { task: snapshot.task.arn, containers: namesOf(snapshot) });
      }
      if (tasks.length === 0 || hasCheckedFilter) return;
      hasCheckedFilter = true;
      checkFilter(tasks.map(({ snapshot }) => snapshot));
    },
  };
}

/** -Infinity if the start is unknown. */
function startedMs({ startedAtNs }: ContainerInfo): number {
  return startedAtNs === undefined ? Number.NEGATIVE_INFINITY : Number(startedAtNs / 1_000_000n);
}

function namesOf({ containers }: TaskSnapshot): readonly string[] {
  return containers.map(({ info }) => info.name);
}

/** With several tasks, prefixes the names of containers with the last part of the task's ARN. */
function createNamer({ length }: readonly UpdatedTask[]): (task: UpdatedTask, name: string) => string {
  return ({ key }, name) => (length === 1 ? name : `${key.slice(key.lastIndexOf('/') + 1)}/${name}`);
}
