import { stalePages, writePages } from './docs/page.ts';
import { PAGES } from './docs/pages.ts';
import { MONITORING_FILES } from './monitoring/files.ts';

const root = new URL('../', import.meta.url);
const files = [...PAGES, ...MONITORING_FILES];

if (process.argv.includes('--check')) {
  const stale = await stalePages(files, root);
  for (const path of stale) process.stderr.write(`${path} is out of date: run npm run docs\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  await writePages(files, root);
}
