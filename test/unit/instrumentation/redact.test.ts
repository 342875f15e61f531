import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRedactor } from '../../../instrumentation/sanitize-text.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';

const CASES: readonly (readonly [secrets: readonly string[], text: string, shown: string])[] = [
  [[], 'all of it', 'all of it'],
  [['s3cret'], 'no s3cret, s3cret!', 'no ***, ***!'],
  [['Bearer abcdef'], 'bad header "Bearer abcdef"', 'bad header "***"'],
  // Receivers tell the parts apart.
  [['Bearer abcdef'], 'invalid token abcdef', 'invalid token ***'],
  [['  abcdef  '], 'abcdef', '***'],
  // The longer one first, or a part of it would stay.
  [['abcd', 'abcdefgh'], 'abcdefgh abcd', '*** ***'],
  [['abcdef', 'cdefgh'], 'abcdefgh', '***gh'],
  // What means something in patterns, and in replacements.
  [['a.c$&(+'], 'abc$&(+ a.c$&(+', 'abc$&(+ ***'],
  [['$&$1'], 'x$&$1y', 'x***y'],
  // Too short to be a secret.
  [['abc', '', ' ', '1'], 'abc 1', 'abc 1'],
  [['ÄÖÜß'], 'x ÄÖÜß', 'x ***'],
];

for (const [secrets, text, shown] of CASES) {
  test(`${JSON.stringify(secrets)} in ${JSON.stringify(text)}`, () => {
    assert.equal(createRedactor(secrets)(text), shown);
  });
}

test('whatever surrounds them, no secret stays', () => {
  const secret = fc
    .string({ minLength: 4, maxLength: 12 })
    .filter((text) => text.trim().length > 3 && !text.includes('*'));
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, filler) => {
      const shown = createRedactor(secrets)(secrets.map((one) => `${filler}${one}`).join(' '));
      for (const one of secrets) assert.ok(!shown.includes(one), `${one} is in ${shown}`);
    }),
    propertyRuns(),
  );
});
