/** Every row of docs/reliability.md names a test; see also the check of the generated pages in test/unit/config/docs.test.ts. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Row } from '../../../scripts/docs/reliability/row.ts';
import { SECTIONS } from '../../../scripts/docs/reliability/sections.ts';
import { renderSections } from '../../../scripts/docs/reliability.ts';
import { commandOf, problemOf } from '../../../scripts/docs/test-references.ts';
import { ROOT } from '../../helpers/pages.ts';

const manifest =
  '{ "scripts": {\n"test": "node --test \\"test/unit/**/*.test.ts\\"",\n"test:real": "test/real/*.test.ts"\n} }';

const SOURCE = `
import { FAULTS } from '../faults.ts';
test('it\\'s a name', () => {});
test(
  "a longer name", async (t) => {},
);
for (const [name, { code }] of FAULTS) test(\`\${name} fails with \${code ?? 'none'} once\`, () => {});
for (const status of [503, 429]) t.test(\`status \${status}\`, () => {});
// test('not a test', () => {});
/* test('nor this', () => {}); */
test('twice', () => {});
test('twice', () => {});
test.skip('skipped', () => {});
`;

const FILES: Readonly<Record<string, string>> = {
  'test/unit/some.test.ts': SOURCE,
  'test/faults.ts': "export const FAULTS = [['a hang', { code: 'timeout' }], ['drip', { code: 'timeout' }]];",
};

const sources = { manifest, read: (path: string) => FILES[path] };

const REFERENCES: readonly (readonly [test: string, problem: RegExp | undefined])[] = [
  ["it's a name", undefined],
  ['a longer name', undefined],
  ['… fails with … once', undefined],
  ['a hang fails with timeout once', undefined],
  ['drip fails with timeout once', undefined],
  ['status 429', undefined],
  ['status …', undefined],
  ['a name', /has no test named "a name"$/],
  ['a reset fails with timeout once', /has no test/],
  ['a hang fails with reset once', /has no test/],
  ['status 42', /has no test/],
  ['not a test', /has no test/],
  ['nor this', /has no test/],
  ['skipped', /has no test/],
  ['twice', /has 2 tests named "twice"$/],
];

for (const [name, problem] of REFERENCES) {
  test(`the reference ${name} ${problem === undefined ? 'is found' : 'is a problem'}`, () => {
    const found = problemOf({ file: 'unit/some.test.ts', test: name }, sources);
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', problem);
  });
}

test('the page is not generated if a test is missing, and the error names the row', () => {
  const row = (situation: string, name: string): Row => ({
    situation,
    behavior: 'It recovers.',
    file: 'unit/some.test.ts',
    test: name,
    failsIf: 'it does not',
  });
  const page = renderSections([{ title: 'Faults', rows: [row('The host vanishes', 'status 429')] }], sources);
  assert.match(
    page,
    /^\| The host vanishes \| It recovers\. \| \[status 429\]\(\.\.\/test\/unit\/some\.test\.ts\) \|/m,
  );
  const rows = [row('The host vanishes', 'status 500'), row('The disk is full', 'a hang'), row('Fine', 'status 503')];
  assert.throws(() => renderSections([{ title: 'Faults', rows }], sources), {
    message: [
      'rows of docs/reliability.md without a test:',
      '"The host vanishes": test/unit/some.test.ts has no test named "status 500"',
      '"The disk is full": test/unit/some.test.ts has no test named "a hang"',
    ].join('\n'),
  });
});

test('the command of a file is the npm script with its folder', () => {
  assert.equal(commandOf('unit/some.test.ts', sources), 'npm test');
  assert.equal(commandOf('real/deep/some.ts', sources), 'npm run test:real');
  assert.throws(() => commandOf('unreal/some.test.ts', sources), /no npm script runs the tests of test\/unreal$/);
});

const ROWS = SECTIONS.flatMap(({ rows }) => rows);

test('without its test, each row is a problem', () => {
  assert.ok(ROWS.length > 100);
  for (const row of ROWS) {
    const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
    assert.equal(problemOf(row, { manifest, read }), undefined);
    const without = (path: string): string => read(path).replaceAll('test(', 'test.skip(');
    assert.match(problemOf(row, { manifest, read: without }) ?? '', /has no test/);
  }
});

test('situations are unique', () => {
  const situations = ROWS.map(({ situation }) => situation);
  assert.deepEqual(
    situations.filter((situation, index) => situations.indexOf(situation) !== index),
    [],
  );
});
