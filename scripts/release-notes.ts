/** Prints the section of CHANGELOG.md for a tag: `npm run release:notes -- v3.0.0`. Needs no installed package. */
import { readFileSync } from 'node:fs';
import { VERSION } from '../src/version.ts';

/** The notes of the release with this tag. @throws if it cannot be released. */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`)
    throw new Error(`the tag is ${tag || 'missing'}, but the version of the program is ${version}`);
  const section = changelog.split(/^## /m).find((text) => text.split(/\s/, 1)[0] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version}"`);
  const [heading = ''] = section.split('\n', 1);
  if (!/^\S+ \(\d{4}-\d\d-\d\d\)$/.test(heading)) {
    throw new Error(
      `CHANGELOG.md: the heading is "## ${heading}"; set the date, for example "## ${version} (2026-12-01)"`,
    );
  }
  const notes = section.slice(heading.length).trim();
  if (notes === '') throw new Error(`CHANGELOG.md: the section "## ${version}" is empty`);
  return notes;
}

if (import.meta.main) {
  const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
  try {
    process.stdout.write(`${releaseNotes(process.argv[2] ?? '', VERSION, changelog)}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
