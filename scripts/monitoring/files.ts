import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import type { Page } from '../docs/page.ts';
import { DASHBOARDS, dashboardFile } from './dashboards.ts';
import { rulesFile } from './rules.ts';

/** Every generated file of monitoring/. */
export const MONITORING_FILES: readonly Page[] = VOCABULARIES.flatMap((vocabulary) => [
  { path: `monitoring/rules/${vocabulary}.yml`, render: () => rulesFile(vocabulary) },
  ...DASHBOARDS.map((name) => ({
    path: `monitoring/dashboards/${name}-${vocabulary}.json`,
    render: () => dashboardFile(name, vocabulary),
  })),
]);
