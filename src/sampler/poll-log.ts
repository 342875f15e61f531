import type { Logger } from '../log/logger.ts';
import type { Transitions } from '../log/transitions.ts';
import type { FailedValue } from '../metrics/recorder.ts';
import type { TaskSnapshot } from '../snapshot/snapshot.ts';
import { nearest } from '../text/nearest.ts';
import type { ContainerFilter } from './filter.ts';
import type { SamplerObserver } from './sampler.ts';

/** ECS' own containers: the image excludes them by name, and not every task has them. */
const INTERNAL_PREFIX = '~internal~';

/** Limits the warnings that hostile metadata can cause. */
const MAX_DUPLICATES = 20;

/** Logs what changes from poll to poll: failing and working again, restarts, patterns that match nothing (once). */
export function createPollLog(logger: Logger, transitions: Transitions, filter: ContainerFilter): SamplerObserver {
  let hasSeenTask = false;
  const duplicates = new Set<string>();

  function logInternalError({ row, message }: FailedValue): void {
    const what = row === undefined ? 'a group of metrics' : `the metric ${row}`;
    transitions.failing('internal_error', row ?? 'group', `${what} could not be computed: ${message}`);
  }

  function logMissingStats(snapshot: TaskSnapshot, names: readonly string[]): void {
    if (names.length === 0) {
      transitions.ok('container_stats');
      return;
    }
    const running = snapshot.containers.filter(({ info }) => info.knownStatus === 'RUNNING').length;
    const message =
      names.length === running
        ? 'no running container has current stats: on EC2, check ECS_DISABLE_METRICS and whether the agent has just restarted'
        : `no current stats for running containers: ${names.join(', ')}; CPU, memory and process gauges of the task are absent`;
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

  return {
    onPoll({ snapshot, failures, restarted, withoutStats, renewed, seconds, internalErrors, tags }) {
      logger.debug('poll', failures.length === 0 ? 'polled' : 'polled, with failures', {
        duration_ms: Math.round(seconds * 1e6) / 1e3,
        containers: snapshot?.containers.length ?? 0,
        samples_renewed: renewed,
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
      if (snapshot?.hasStats === true) logMissingStats(snapshot, withoutStats);
      for (const name of snapshot?.duplicateNames ?? []) warnOfDuplicate(name);
      if (restarted.length > 0) {
        logger.info('containers_restarted', `restarted in place: ${restarted.join(', ')}`, {
          containers: restarted,
        });
      }
      if (snapshot === undefined || hasSeenTask) return;
      hasSeenTask = true;
      const names = snapshot.containers.map(({ info }) => info.name);
      logger.info('task_found', 'reading the task', { task: snapshot.task.arn, containers: names });
      const all = [...names, ...snapshot.internals.map(({ info }) => info.name)];
      for (const pattern of filter.unmatched(all).filter((one) => !one.startsWith(INTERNAL_PREFIX))) {
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
    },
  };
}
