import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileGlob } from '../../../src/text/globs.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';

const MATCHES: readonly (readonly [glob: string, yes: readonly string[], no: readonly string[]])[] = [
  ['app', ['app'], ['', 'App', 'apps', 'my-app']],
  ['*', ['', 'a', '/a/.b'], []],
  ['app-*', ['app-', 'app-1', 'app-a-b'], ['app', 'xapp-1']],
  ['*-app*', ['my-app', 'my-app-1', '-app'], ['app']],
  ['a?c', ['abc', 'a-c', 'a😀c'], ['ac', 'abbc']],
  ['[ab]x', ['ax', 'bx'], ['cx', 'x', '[ab]x']],
  ['[a-c0]', ['a', 'b', 'c', '0'], ['d', '-']],
  ['[!a-c]', ['d', '-'], ['a', '']],
  ['[^a]', ['b'], ['a']],
  ['[]x]', [']', 'x'], ['y']],
  ['[a-]', ['a', '-'], ['b']],
  ['~internal~ecs~pause', ['~internal~ecs~pause'], ['internal']],
  ['a.b+(c|d){1,2}\\', ['a.b+(c|d){1,2}\\'], ['axb+(c|d){1,2}\\', 'a.bc']],
  ['**a**', ['a', 'xay'], ['b']],
  ['__proto__', ['__proto__'], ['constructor']],
];

for (const [pattern, yes, no] of MATCHES) {
  test(`pattern ${pattern}`, () => {
    const glob = compileGlob(pattern);
    assert.ok('matches' in glob);
    for (const name of yes) assert.ok(glob.matches(name), `should match ${name}`);
    for (const name of no) assert.ok(!glob.matches(name), `should not match ${name}`);
  });
}

test('stars and question marks match like a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (glob, name) => {
      const oracle = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      const compiled = compileGlob(glob);
      assert.equal('matches' in compiled && compiled.matches(name), oracle.test(name));
    }),
    propertyRuns(2_000),
  );
});

test('a pattern with many stars is matched without exponential backtracking', () => {
  const glob = compileGlob('*a'.repeat(100));
  assert.ok('matches' in glob);
  assert.ok(!glob.matches(`${'a'.repeat(254)}b`));
});
