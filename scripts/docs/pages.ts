import { configurationPage } from './configuration.ts';
import type { Page } from './page.ts';

/** Every generated page: `npm run docs` writes them, `npm run docs -- --check` compares them. */
export const PAGES: readonly Page[] = [{ path: 'docs/configuration.md', render: configurationPage }];
