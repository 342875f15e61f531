import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRedactor } from '../../../instrumentation/redact.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';

// A part that contains five letters or digits of a secret is replaced.
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
  // In another case, with other punctuation, in parts, and in a second encoding.
  [['Bearer Abc-Def-123'], 'token ABC-DEF-123, abc_def_123', 'token ***, ***'],
  [['k3y-0f-the-app'], 'not k3y0f; theapp', 'not ***'],
  [['s3cr3tvalue'], 's3c r3t val ue; s.3.c.r.3.t.v.a.l.u.e', '***; ***'],
  [['a/b c+d-e'], 'a%2fb%20c%2bd-e', '***'],
  [[`Basic ${Buffer.from('user:pa55word').toString('base64')}`], 'wrong password pa55word', 'wrong password ***'],
  [['s3cr3t-value'], `"${Buffer.from('s3cr3t-value').toString('base64')}"`, '"***"'],
  [['s3cr3t-value'], Buffer.from('x: s3cr3t-value').toString('base64').slice(4), '***'],
  [['s3cr3t-value'], `0x${Buffer.from('s3cr3t-value').toString('hex')}`, '0x***'],
  // Ordinary words stay.
  [['tenant-1'], 'the limit of the tenant is 100', 'the limit of the *** is 100'],
  [['s3cr3t-value'], 'invalid value: secret too short', 'invalid ***: secret too short'],
  // The minimum length.
  [['abcd'], 'abcd', '***'],
  [['abc', '', ' ', '1'], 'abc 1', 'abc 1'],
  // A truncated secret.
  [['IQoJb3JpZ2luX2Vj/+XYZ=='], 'token IQoJb3JpZ2luX2, for now', 'token ***, for now'],
  [['IQoJb3JpZ2luX2Vj/+XYZ=='], 'token=IQoJb3JpZ2luX2Vj%2F%2B', 'token=***'],
  [['IQoJb3JpZ2luX2Vj'], 'IQoJ is short', 'IQoJ is short'],
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
