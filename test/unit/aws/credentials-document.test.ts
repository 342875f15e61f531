import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCredentials } from '../../../src/aws/credentials-document.ts';
import { CredentialsError } from '../../../src/aws/credentials-error.ts';

const CANARY = 'c4n4ry';
const DOCUMENT = {
  RoleArn: 'arn:aws:iam::111122223333:role/task',
  AccessKeyId: `${CANARY}-id`,
  SecretAccessKey: `${CANARY}/+secret`,
  Token: `${CANARY}/+token==`,
  Expiration: '2026-01-02T03:04:05Z',
};
const parse = (document: unknown) => parseCredentials(Buffer.from(JSON.stringify(document)));

test('the document of ECS', () => {
  assert.deepEqual(parse(DOCUMENT), {
    credentials: {
      accessKeyId: DOCUMENT.AccessKeyId,
      secretAccessKey: DOCUMENT.SecretAccessKey,
      sessionToken: DOCUMENT.Token,
    },
    expiresAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  });
});

for (const absent of [undefined, null, '']) {
  test(`Token ${JSON.stringify(absent)}: keys without a session token`, () => {
    assert.equal(parse({ ...DOCUMENT, Token: absent }).credentials.sessionToken, undefined);
  });
  test(`Expiration ${JSON.stringify(absent)}: no expiration`, () => {
    assert.equal(parse({ ...DOCUMENT, Expiration: absent }).expiresAtMs, undefined);
  });
}

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const TIMES: readonly (readonly [text: string, ms: number])[] = [
  ['2026-01-02T03:04:05.5Z', AT + 500],
  ['2026-01-02T03:04:05.123456789Z', AT + 123],
  ['2026-01-02T03:04:05+00:00', AT],
  ['2026-01-02T03:04:05-00:00', AT],
  ['2026-01-02T05:34:05+02:30', AT],
  ['2026-01-01T19:04:05.000-08:00', AT],
  ['2026-01-02t03:04:05z', AT],
  ['2026-01-02 03:04:05Z', AT],
];

for (const [text, ms] of TIMES) {
  test(`Expiration ${text}`, () => assert.equal(parse({ ...DOCUMENT, Expiration: text }).expiresAtMs, ms));
}

const INVALID: readonly (readonly [what: string, document: unknown, message: RegExp])[] = [
  ['null', null, /without AccessKeyId/],
  ['a string', CANARY, /without AccessKeyId/],
  ['a list', [DOCUMENT], /without AccessKeyId/],
  ['nothing', {}, /without AccessKeyId/],
  ['an error', { code: 'NoIdInRequest', message: CANARY }, /without AccessKeyId/],
  ['no secret', { ...DOCUMENT, SecretAccessKey: undefined }, /without SecretAccessKey/],
  ['no key', { ...DOCUMENT, AccessKeyId: null }, /without AccessKeyId/],
  ['an empty key', { ...DOCUMENT, AccessKeyId: '' }, /invalid AccessKeyId/],
  ['a number', { ...DOCUMENT, SecretAccessKey: 5 }, /invalid SecretAccessKey/],
  ['a line feed', { ...DOCUMENT, Token: `${CANARY}\r\nx: y` }, /invalid Token/],
  ['a token that is no string', { ...DOCUMENT, Token: { a: CANARY } }, /invalid Token/],
  ['a number as time', { ...DOCUMENT, Expiration: 1_767_323_045 }, /invalid Expiration/],
  ['another time format', { ...DOCUMENT, Expiration: 'Fri, 02 Jan 2026 03:04:05 GMT' }, /invalid Expiration/],
  ['no such day', { ...DOCUMENT, Expiration: '2026-13-02T03:04:05Z' }, /invalid Expiration/],
  ['no such hour', { ...DOCUMENT, Expiration: '2026-01-02T25:04:05Z' }, /invalid Expiration/],
  ['a local time', { ...DOCUMENT, Expiration: '2026-01-02T03:04:05' }, /invalid Expiration/],
  ['a date', { ...DOCUMENT, Expiration: '2026-01-02' }, /invalid Expiration/],
];

for (const [what, document, message] of INVALID) {
  test(`invalid: ${what}; the message contains no value`, () => {
    assert.throws(
      () => parse(document),
      (error) => {
        assert.ok(error instanceof CredentialsError);
        assert.equal(error.reason, 'invalid');
        assert.match(error.message, message);
        assert.ok(!error.message.includes(CANARY) && error.cause === undefined);
        return true;
      },
    );
  });
}

for (const text of ['', '<html>', '{', `{"AccessKeyId":"${CANARY}"`, '\u0000']) {
  test(`not JSON: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseCredentials(Buffer.from(text)), { reason: 'invalid', message: /returned invalid JSON$/ });
  });
}
