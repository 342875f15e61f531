import type { Route } from '../instrumentation/http/router.ts';
import { type Config, redactedConfig } from './config/config.ts';
import type { RecentEvents } from './log/recent-events.ts';
import { createAllowList } from './sampler/filter.ts';
import type { Sampler } from './sampler/sampler.ts';
import type { ScrapeCounts } from './self/scrape-counter.ts';
import { createStatusRoutes } from './status/routes.ts';
import { createStatusRecorder, type StatusRecorder, type StatusRecorderOptions } from './status/status-recorder.ts';

export interface StatusPage {
  readonly routes: ReadonlyMap<string, Route>;
  /** Call after each poll. */
  onPoll(): void;
}

export function createRecorder(
  { resourceAttributesInclude: include, exporters, intervalMs }: Config,
  sampler: Sampler,
  options: Pick<StatusRecorderOptions, 'hasHistory' | 'scrapes'>,
): StatusRecorder {
  return createStatusRecorder({
    ...options,
    state: () => sampler.state(),
    exporters,
    intervalMs,
    isAttributeExported: include.length === 0 ? undefined : createAllowList(include),
  });
}

export function createStatusPage(
  config: Config,
  sampler: Sampler,
  scrapes: () => ScrapeCounts,
  recentEvents: Pick<RecentEvents, 'list'> = { list: () => [] },
): StatusPage {
  const recorder = createRecorder(config, sampler, { hasHistory: config.statusPage.hasHistory, scrapes });
  const routes = createStatusRoutes({
    current: recorder.current,
    log: recentEvents.list,
    config: () => redactedConfig(config),
  });
  return { routes, onPoll: recorder.onPoll };
}
