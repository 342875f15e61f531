import type { Logger } from '../log/logger.ts';
import type { Transitions } from '../log/transitions.ts';
import type { FailedValue } from '../metrics/recorder.ts';
import type { TaskSnapshot } from '../snapshot/snapshot.ts';
import { nearest } from '../text/nearest.ts';
import type { ContainerFilter } from './filter.ts';
import type { SamplerObserver } from './sampler.ts';
import type { FollowedTask } from './tasks.ts';

/** ECS' own containers: the image excludes them by name, and not every task has them. */
const INTERNAL_PREFIX = '~internal~';

/** Limits the warnings that hostile metadata can cause. */
const MAX_DUPLICATES = 20;

/** Logs what changes from poll to poll: failing and working again, restarts, patterns that match nothing (once). */
export function createPollLog(logger: Logger, transitions: Transitions, filter: ContainerFilter): SamplerObserver {
  let hasCheckedFilter = false;
  const duplicates = new Set<string>();

  function logInternalError({ row, message }: FailedValue): void {
    const what = row === undefined ? 'a group of metrics' : `the metric ${row}`;
    transitions.failing('internal_error', row ?? 'group', `${what} could not be computed: ${message}`);
  }

  function logMissingStats(tasks: readonly FollowedTask[], names: readonly string[]): void {
    if (names.length === 0) {
      transitions.ok('container_stats');
      return;
    }
    const running = tasks
      .flatMap(({ snapshot }) => snapshot.containers)
      .filter(({ info }) => info.knownStatus === 'RUNNING').length;
    const whose = tasks.length > 1 ? 'their tasks' : 'the task';
    const message =
      names.length === running
        ? 'no running container has current stats: on EC2, check ECS_DISABLE_METRICS and whether the agent has just restarted'
        : `no current stats for running containers: ${names.join(', ')}; CPU, memory and process gauges of ${whose} are absent`;
    transitions.failing('container_stats', 'missing', message, { containers: names });
  }

  function warnOfDuplicate(name: string): void {
    if (duplicates.has(name) || duplicates.size >= MAX_DUPLICATES) return;
    duplicates.add(name);
    logger.warn(
      'duplicate_container_name',
      `several containers are named ${name}: ecs metrics export only one of them`,
      {
        container: name,
      },
    );
  }

  function checkFilter(snapshots: readonly TaskSnapshot[]): void {
    const names = snapshots.flatMap(namesOf);
    const internals = snapshots.flatMap((snapshot) => snapshot.internals.map(({ info }) => info.name));
    const unmatched = filter.unmatched([...names, ...internals]);
    for (const pattern of unmatched.filter((one) => !one.startsWith(INTERNAL_PREFIX))) {
      const meant = nearest(pattern, names);
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
      logger.info('pattern_matches_nothing', `no container is called ${pattern}${hint}`, {
        pattern,
        containers: names,
      });
    }
    if (names.length > 0 && !names.some(filter.isSelected)) {
      logger.warn('nothing_selected', 'include and exclude leave no container: only totals of the task are shown');
    }
  }

  return {
    onPoll({ tasks, failures, seconds, internalErrors, tags }) {
      const snapshots = tasks.map(({ snapshot }) => snapshot);
      const namesIn = createNamer(tasks);
      logger.debug('poll', failures.length === 0 ? 'polled' : 'polled, with failures', {
        duration_ms: Math.round(seconds * 1e6) / 1e3,
        containers: snapshots.reduce((sum, { containers }) => sum + containers.length, 0),
        samples_renewed: tasks.reduce((sum, { renewed }) => sum + renewed, 0),
        failures: failures.map(({ code }) => code),
      });
      const [failure] = failures;
      if (failure === undefined) transitions.ok('poll');
      else transitions.failing('poll', failure.code, failure.message);
      if (tags?.failure !== undefined) transitions.failing('task_tags', tags.failure.reason, tags.failure.message);
      else if (tags !== undefined) transitions.ok('task_tags');
      const [internalError] = internalErrors;
      if (internalError === undefined) transitions.ok('internal_error');
      else logInternalError(internalError);
      const withStats = tasks.filter(({ snapshot }) => snapshot.hasStats);
      if (withStats.length > 0)
        logMissingStats(
          withStats,
          withStats.flatMap((task) => namesIn(task, task.withoutStats)),
        );
      for (const task of tasks) for (const name of namesIn(task, task.snapshot.duplicateNames)) warnOfDuplicate(name);
      const restarted = tasks.flatMap((task) => namesIn(task, task.restarted));
      if (restarted.length > 0) {
        logger.info('containers_restarted', `restarted in place: ${restarted.join(', ')}`, {
          containers: restarted,
        });
      }
      for (const { snapshot } of tasks.filter(({ isNew }) => isNew)) {
        logger.info('task_found', 'reading the task', { task: snapshot.task.arn, containers: namesOf(snapshot) });
      }
      if (tasks.length === 0 || hasCheckedFilter) return;
      hasCheckedFilter = true;
      checkFilter(snapshots);
    },
  };
}

function namesOf({ containers }: TaskSnapshot): readonly string[] {
  return containers.map(({ info }) => info.name);
}

/** Beside other tasks, names of containers begin with that of their task: the last part of its ARN. */
function createNamer(
  tasks: readonly FollowedTask[],
): (task: FollowedTask, names: readonly string[]) => readonly string[] {
  if (tasks.length === 1) return (_, names) => names;
  return ({ key }, names) => names.map((name) => `${key.slice(key.lastIndexOf('/') + 1)}/${name}`);
}
