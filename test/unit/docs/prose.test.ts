/** Unidiomatic wording. Each pattern has occurred. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, PAGES, ROOT } from '../../helpers/pages.ts';

const MACHINES =
  '(?:exporter|program|endpoint|agent|collector|gateway|kernel|container|task|receiver|SDK|docker|ECS|it)';

const PATTERNS: readonly RegExp[] = [
  // A plain term exists: again, besides, simulated, effective, unusual, our, the minimum.
  /\banew\b/,
  /\bodd\b/,
  /\bbeside\b/,
  /\bmade-up\b/,
  /\bin force\b/,
  /\bonce more\b(?! memory)/,
  /\b(?:of|is) ours\b/,
  /\bis the (?:least|most)\b(?!-)/,
  /(?<!\bthere )\bis no (?!longer\b)/i,
  // Indefinite subjects.
  /\bnobody\b/i,
  /\bwhoever\b/i,
  /\bsomebody\b/i,
  /\bthere (?:is|are) no(?:ne|thing) (?:that|which|who)\b/i,
  // "any more" after a negation is "no longer".
  /\b(?:not|n't|no|nothing)\b[^.;:|]{0,40}\bany more\b/i,
  // Machines report, log, return, reject and reset.
  new RegExp(
    `\\b${MACHINES} (?:tells?|told|asks?|asked|says?|said|knows?|knew|mends?|mended|hurr(?:y|ies)|wants?)\\b`,
    'i',
  ),
  /\b(?:mend(?:s|ed)?|hurr(?:y|ies|ied)) (?:it|them|the)\b/i,
  /\bdo(?:es)? not tell\b/i,
  /\bfor want of\b/i,
  /\bbelongs? into\b/i,
  /\bshall\b/i,
];

/** Each occurrence of a pattern, with the text around it. */
function findings(text: string): readonly string[] {
  const oneLine = text.replaceAll(/`[^`]*`/g, '`code`').replaceAll(/\s+/g, ' ');
  return PATTERNS.flatMap((pattern) =>
    [...oneLine.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(
      ({ index }) => `${pattern}: ...${oneLine.slice(Math.max(0, index - 40), index + 60)}...`,
    ),
  );
}

for (const { path, prose } of PAGES) {
  test(`wording of ${path}`, () => assert.deepEqual(findings(prose), []));
}

/** Comments of files that users copy. */
const COMMENTED = ['otel-collector.yaml', 'Dockerfile', ...examples('.yaml', '.yml', '.tf')];

for (const path of COMMENTED) {
  test(`wording of ${path}`, () => {
    const comments = readFileSync(join(ROOT, path), 'utf8').match(/# .*$/gm) ?? [];
    assert.deepEqual(findings(comments.join(' ').replaceAll('# ', '')), []);
  });
}

const MESSAGE = /'((?:[^'\\\n]|\\.)* (?:[^'\\\n]|\\.)*)'|"([^"\n]* [^"\n]*)"|`([^`]* [^`]*)`/g;

test('wording of messages', () => {
  const files = ['src', 'instrumentation'].flatMap(sourcesBelow);
  const found = files.flatMap((path) => {
    const code = readFileSync(join(ROOT, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$| \/\/ .*$/gm, '');
    const texts = [...code.matchAll(MESSAGE)].map(([, one, two, three]) => one ?? two ?? three ?? '');
    return texts.flatMap(findings).map((finding) => `${path}: ${finding}`);
  });
  assert.deepEqual(found, []);
});

const EXAMPLES: Readonly<Record<string, boolean>> = {
  'Fargate and Windows do not tell.': true,
  'The endpoint tells nothing about it.': true,
  'The time of the first value, and anew of each lower one.': true,
  'Out of memory, so nothing is exported any more.': true,
  'The exporter shall never stop your task.': true,
  'Since when a counter counts of which nobody says when it began.': true,
  'The endpoint reports no value.': false,
  'You can ask for help, or know the answer.': false,
  'Tells of `the exporter knows`.': false,
};

for (const [text, isFound] of Object.entries(EXAMPLES)) {
  test(`${isFound ? 'finds' : 'accepts'}: ${text}`, () => assert.equal(findings(text).length > 0, isFound));
}

function examples(...endings: readonly string[]): readonly string[] {
  return filesBelow('examples').filter((file) => endings.some((ending) => file.endsWith(ending)));
}

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);
}
