import { configurationPage } from './configuration.ts';
import { metricsPage } from './metrics.ts';
import type { Page } from './page.ts';
import { reliabilityPage } from './reliability.ts';
import { troubleshootingPage } from './troubleshooting.ts';

/** Every generated page: `npm run docs` writes them, `npm run docs -- --check` compares them. */
export const PAGES: readonly Page[] = [
  { path: 'docs/configuration.md', render: configurationPage },
  { path: 'docs/metrics.md', render: metricsPage },
  { path: 'docs/reliability.md', render: reliabilityPage },
  { path: 'docs/troubleshooting.md', render: troubleshootingPage },
];
