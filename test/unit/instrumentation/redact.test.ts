import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRedactor } from '../../../instrumentation/sanitize-text.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';

const CASES: readonly (readonly [secrets: readonly string[], text: string, shown: string])[] = [
  [[], 'all of it', 'all of it'],
  [['s3cret'], 'no s3cret, s3cret!', 'no ***, ***!'],
  [['Bearer abcdef'], 'bad header "Bearer abcdef"', 'bad header "***"'],
  // Receivers may repeat a part.
  [['Bearer abcdef'], 'invalid token abcdef', 'invalid token ***'],
  [['  abcdef  '], 'abcdef', '***'],
  // Longest first.
  [['abcd', 'abcdefgh'], 'abcdefgh abcd', '*** ***'],
  [['abcdef', 'cdefgh'], 'abcdefgh', '***gh'],
  // Special characters of patterns and replacements.
  [['a.c$&(+'], 'abc$&(+ a.c$&(+', 'abc$&(+ ***'],
  [['$&$1'], 'x$&$1y', 'x***y'],
  // Encoded as in a URL and as in JSON.
  [['a b/c+d'], 'x a%20b%2Fc%2Bd', 'x ***'],
  [['say "hi"'], String.raw`{"x":"say \"hi\""}`, '{"x":"***"}'],
  // The minimum length.
  [['abcd'], 'abcd', '***'],
  [['abc', '', ' ', '1'], 'abc 1', 'abc 1'],
  // A truncated secret.
  [['IQoJb3JpZ2luX2Vj/+XYZ=='], 'token IQoJb3JpZ2luX2, for now', 'token ***, for now'],
  [['IQoJb3JpZ2luX2Vj/+XYZ=='], 'token=IQoJb3JpZ2luX2Vj%2F%2B', 'token=***'],
  [['IQoJb3JpZ2luX2Vj'], 'IQoJb3J is short', 'IQoJb3J is short'],
  [['ÄÖÜß'], 'x ÄÖÜß', 'x ***'],
];

for (const [secrets, text, shown] of CASES) {
  test(`${JSON.stringify(secrets)} in ${JSON.stringify(text)}`, () => {
    assert.equal(createRedactor(secrets)(text), shown);
  });
}

test('no secret is left in any text', () => {
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
