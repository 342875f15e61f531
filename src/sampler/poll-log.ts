import type { Logger } from '../log/logger.ts';
import type { Transitions } from '../log/transitions.ts';
import type { ContainerFilter } from './filter.ts';
import type { SamplerObserver } from './sampler.ts';

/** ECS' own containers: the image excludes them by name, and not every task has them. */
const INTERNAL_PREFIX = '~internal~';

/** Logs what changes from poll to poll: failing and working again, restarts, patterns that match nothing (once). */
export function createPollLog(logger: Logger, transitions: Transitions, filter: ContainerFilter): SamplerObserver {
  let hasSeenTask = false;
  return {
    onPoll({ snapshot, failures, restarted, tags }) {
      const [failure] = failures;
      if (failure === undefined) transitions.ok('poll');
      else transitions.failing('poll', failure.code, failure.message);
      if (tags?.failure !== undefined) transitions.failing('task_tags', tags.failure.reason, tags.failure.message);
      else if (tags !== undefined) transitions.ok('task_tags');
      if (restarted.length > 0) {
        logger.info('containers_restarted', `started again in place: ${restarted.join(', ')}`, {
          containers: restarted,
        });
      }
      if (snapshot === undefined || hasSeenTask) return;
      hasSeenTask = true;
      const names = snapshot.containers.map(({ info }) => info.name);
      logger.info('task_found', 'reading the task', { task: snapshot.task.arn, containers: names });
      const all = [...names, ...snapshot.internals.map(({ info }) => info.name)];
      for (const pattern of filter.unmatched(all).filter((one) => !one.startsWith(INTERNAL_PREFIX))) {
        logger.info('pattern_matches_nothing', `no container is called ${pattern}`, { pattern, containers: names });
      }
      if (names.length > 0 && !names.some(filter.isSelected)) {
        logger.warn('nothing_selected', 'include and exclude leave no container: only totals of the task are shown');
      }
    },
  };
}
