/** Each key of a web configuration file: what it sets, and which values are errors. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readWebConfig } from '../../../src/config/web-config.ts';
import { TLS_KEYS } from '../../../src/config/web-config-tls.ts';
import { ROOT } from '../../helpers/pages.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';
import { pemText } from '../../helpers/tls-receiver.ts';
import { hashOf, TLS, webConfigFolder, webConfigOf } from '../../helpers/web-config-file.ts';

const HASH = hashOf('secret');

/** A PEM text as a block of YAML, for a key of tls_server_config. */
const block = (key: string, pem: string) => `  ${key}: |\n${pem.replaceAll(/^/gm, '    ').trimEnd()}\n`;

const CLIENTS = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`;

test('an empty file, a comment and empty sections mean plain HTTP for everyone', async (t) => {
  const sections = 'tls_server_config:\nhttp_server_config: {}\nbasic_auth_users: ~\nrate_limit: null\n';
  for (const text of ['', '# nothing\n', '---\n', '\ufeff', sections]) {
    const { settings, isHttp2Wanted } = await webConfigOf(t, text);
    assert.deepEqual(
      { ...settings, users: [...settings.users], isHttp2Wanted },
      {
        tls: undefined,
        users: [],
        rateLimit: undefined,
        headers: {},
        isHttp2Wanted: false,
      },
    );
  }
});

test('cert_file, key_file, client_ca_file: relative to the file', async (t) => {
  const { settings, files, path } = await webConfigOf(t, CLIENTS);
  assert.deepEqual(settings.tls, {
    cert: pemText('server'),
    key: pemText('server-key'),
    clientCa: pemText('ca'),
    clientCertificates: 'require-and-verify',
    allowedNames: undefined,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: undefined,
    honorCipherOrder: true,
    ecdhCurve: undefined,
  });
  const names = ['web.yml', 'cert.pem', 'key.pem', 'ca.pem'];
  assert.deepEqual(
    files,
    names.map((name) => join(dirname(path), name)),
  );
});

test('cert, key, client_ca: PEM texts', async (t) => {
  const text =
    'tls_server_config:\n  client_auth_type: VerifyClientCertIfGiven\n' +
    block('cert', pemText('server')) +
    block('key', pemText('server-key')) +
    block('client_ca', pemText('ca'));
  const { settings, files, path } = await webConfigOf(t, text);
  assert.deepEqual(
    [settings.tls?.cert, settings.tls?.key, settings.tls?.clientCa],
    [pemText('server'), pemText('server-key'), pemText('ca')],
  );
  assert.deepEqual(files, [path]);
});

/** Lines below tls_server_config, with the settings that they change. */
const TLS_SETTINGS: readonly (readonly [line: string, expected: object])[] = [
  ['client_auth_type: NoClientCert', { clientCertificates: 'none' }],
  ['client_auth_type: RequestClientCert', { clientCertificates: 'request' }],
  ['client_auth_type: RequireAnyClientCert', { clientCertificates: 'require-any' }],
  ['client_auth_type: RequireClientCert', { clientCertificates: 'require-any' }],
  ['client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.pem', { clientCertificates: 'verify-if-given' }],
  ['client_auth_type: RequireAnyClientCert\n  client_allowed_sans: [a, 10.0.0.1]', { allowedNames: ['a', '10.0.0.1'] }],
  ['min_version: TLS10', { minVersion: 'TLSv1' }],
  ['min_version: TLS11', { minVersion: 'TLSv1.1' }],
  ['min_version: TLS13', { minVersion: 'TLSv1.3' }],
  ['max_version: TLS12', { maxVersion: 'TLSv1.2' }],
  ['prefer_server_cipher_suites: false', { honorCipherOrder: false }],
  ['prefer_server_cipher_suites: yes', { honorCipherOrder: true }],
  [
    'curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]',
    { ecdhCurve: 'prime256v1:secp384r1:secp521r1:X25519' },
  ],
  ['curve_preferences: []', { ecdhCurve: undefined }],
  [
    'cipher_suites:\n    - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n    - TLS_AES_128_GCM_SHA256',
    {
      ciphers:
        'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384',
    },
  ],
];

for (const [line, expected] of TLS_SETTINGS) {
  test(`tls_server_config: ${line}`, async (t) => {
    const { settings } = await webConfigOf(t, `${TLS}  ${line}\n`);
    const changed = Object.entries(settings.tls ?? {}).filter(([name]) => name in expected);
    assert.deepEqual(Object.fromEntries(changed), expected);
  });
}

test('basic_auth_users: names may be numbers, and hashes have one of three prefixes', async (t) => {
  const hashes = ['$2a$', '$2b$', '$2y$'].map((prefix) => prefix + HASH.slice(4));
  const text = `basic_auth_users:\n  alice: ${hashes[0]}\n  "": ${hashes[1]}\n  123: '${hashes[2]}'\n`;
  const { settings } = await webConfigOf(t, text);
  assert.deepEqual(
    [...settings.users],
    [
      ['alice', hashes[0]],
      ['', hashes[1]],
      ['123', hashes[2]],
    ],
  );
});

test('http_server_config', async (t) => {
  const headers = {
    'Strict-Transport-Security': 'max-age=1',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'deny',
    'X-XSS-Protection': '0',
    'Content-Security-Policy': "default-src 'self'",
  };
  const text = `http_server_config:\n  http2: true\n  headers: ${JSON.stringify({ ...headers, 'X-XSS-Protection': 0 })}\n`;
  const { settings, isHttp2Wanted } = await webConfigOf(t, text);
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  assert.deepEqual([settings.headers, isHttp2Wanted], [Object.fromEntries(lower), true]);
  const blank = 'http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: ""\n    X-XSS-Protection:\n';
  const other = await webConfigOf(t, blank);
  assert.deepEqual([other.settings.headers, other.isHttp2Wanted], [{}, false]);
});

for (const [interval, burst, expected] of [
  ['1s', 3, { intervalMs: 1_000, burst: 3 }],
  ['1m30s', 1, { intervalMs: 90_000, burst: 1 }],
  ['1.5ms', 1, { intervalMs: 1.5, burst: 1 }],
  ['0', 0, undefined],
  ['0s', 5, undefined],
] as const) {
  test(`rate_limit: ${burst} at once and one per ${interval}`, async (t) => {
    const { settings } = await webConfigOf(t, `rate_limit:\n  interval: ${interval}\n  burst: ${burst}\n`);
    assert.deepEqual(settings.rateLimit, expected);
  });
}

test('aliases are resolved', async (t) => {
  const { settings } = await webConfigOf(t, `basic_auth_users:\n  a: &hash ${HASH}\n  b: *hash\n`);
  assert.deepEqual([...settings.users.values()], [HASH, HASH]);
});

test('an alias stands for the last anchor before it', async (t) => {
  const other = HASH.replace('$2y$', '$2b$');
  const text = `basic_auth_users:\n  a: &hash ${HASH}\n  b: *hash\n  c: &hash ${other}\n  d: *hash\n`;
  const { settings } = await webConfigOf(t, text);
  assert.deepEqual([...settings.users.values()], [HASH, HASH, other, other]);
});

// The time would be minutes if it grew with the square of the number.
test('20,000 aliases and keys', { timeout: 120_000 }, async (t) => {
  const aliases = Array.from({ length: 20_000 }, (_, place) => `  user-${place}: *hash\n`).join('');
  const { settings } = await webConfigOf(t, `basic_auth_users:\n  a: &hash ${HASH}\n${aliases}`);
  assert.equal(settings.users.size, 20_001);
});

test('a header in a block of several lines is one line', async (t) => {
  for (const style of ['>', '|']) {
    const lines = `Content-Security-Policy: ${style}\n      default-src 'self';\n      img-src *\n`;
    const { settings } = await webConfigOf(t, `http_server_config:\n  headers:\n    ${lines}`);
    assert.deepEqual(settings.headers, { 'content-security-policy': "default-src 'self'; img-src *" });
  }
});

const users = (line: string) => `basic_auth_users:\n  ${line}\n`;
const tls = (lines: string) => `${TLS}  ${lines}\n`;

/** Files with errors, and all messages. */
const ERRORS: readonly (readonly [text: string, ...messages: (string | RegExp)[]])[] = [
  ['tls_config: {}\n', 'line 1: tls_config is unknown'],
  ['tls_server_confg: {}\n', 'line 1: tls_server_confg is unknown; did you mean tls_server_config?'],
  [tls('certfile: x'), 'line 4: tls_server_config.certfile is unknown; did you mean cert_file?'],
  ['http_server_config:\n  headers:\n    X-Other: a\n', 'line 3: http_server_config.headers.X-Other is unknown'],
  ['rate_limit: {interval: 1s, burst: 1, per: ip}\n', 'line 1: rate_limit.per is unknown'],
  ['a: 1\na: 2\n', 'line 2: invalid YAML: duplicate key'],
  ['rate_limit:\n\tburst: 1\n', /^line 2: invalid YAML: /],
  ['"a\n', /^line \d: invalid YAML: /],
  ['--- {}\n--- {}\n', 'line 2: invalid YAML: more than one document'],
  ['- a\n', 'line 1: the file must be a mapping'],
  ['text\n', 'line 1: the file must be a mapping'],
  ['? [a]\n: 1\n', 'line 1: a key of the file is not a string'],
  ['tls_server_config: [a]\n', 'line 1: tls_server_config must be a mapping'],
  ['basic_auth_users: alice\n', 'line 1: basic_auth_users must be a mapping'],
  [`${'['.repeat(20_000)}\n`, /^(?:line 1: )?invalid YAML/],
  ['tls_server_config:\n  key_file: key.pem\n', 'line 2: tls_server_config requires cert_file or cert'],
  ['tls_server_config:\n  cert_file: cert.pem\n', 'line 2: tls_server_config requires key_file or key'],
  [
    'tls_server_config:\n  client_auth_type: RequestClientCert\n',
    'line 2: tls_server_config requires cert_file or cert',
    'line 2: tls_server_config requires key_file or key',
  ],
  [
    tls('cert: x'),
    /^line 4: tls_server_config.cert must be in PEM format|^line 4: tls_server_config.cert and cert_file/,
  ],
  [
    'tls_server_config: {cert_file: no.pem, key_file: ca.pem}\n',
    'line 1: tls_server_config.cert_file must be a readable PEM file: it does not exist',
    'line 1: tls_server_config.key_file must be a readable PEM file: it contains no PEM private key',
  ],
  [
    'tls_server_config: {cert: junk, key: junk}\n',
    'line 1: tls_server_config.cert must be in PEM format: it contains no PEM certificate',
    'line 1: tls_server_config.key must be in PEM format: it contains no PEM private key',
  ],
  [
    'tls_server_config: {cert_file: ca.pem, key_file: key.pem}\n',
    'line 1: tls_server_config.key_file does not match the certificate in cert_file',
  ],
  [
    tls('client_auth_type: Always'),
    /^line 4: tls_server_config.client_auth_type must be NoClientCert, .* or RequireAndVerifyClientCert$/,
  ],
  [tls('client_auth_type: constructor'), /^line 4: tls_server_config.client_auth_type must be NoClientCert/],
  [
    tls('client_auth_type: RequireAndVerifyClientCert'),
    'line 4: tls_server_config.client_auth_type requires client_ca_file or client_ca',
  ],
  [tls('client_auth_type: VerifyClientCertIfGiven'), /requires client_ca_file/],
  [
    tls('client_ca_file: ca.pem'),
    'line 4: tls_server_config.client_ca_file has no effect without client_auth_type: RequireAndVerifyClientCert',
  ],
  [tls('client_ca: x'), /client_ca must be in PEM format: it contains no PEM certificate/, /client_ca has no effect/],
  [
    tls('client_allowed_sans: [a]'),
    'line 4: tls_server_config.client_allowed_sans requires client_auth_type: RequireAndVerifyClientCert',
  ],
  [tls('client_auth_type: RequestClientCert\n  client_allowed_sans: [a]'), /client_allowed_sans requires/],
  [tls('client_allowed_sans: a'), 'line 4: tls_server_config.client_allowed_sans must be a list'],
  [tls('min_version: TLS14'), 'line 4: tls_server_config.min_version must be TLS10, TLS11, TLS12 or TLS13'],
  [tls('max_version: 1.2'), 'line 4: tls_server_config.max_version must be TLS10, TLS11, TLS12 or TLS13'],
  [tls('min_version: TLS13\n  max_version: TLS12'), 'line 5: tls_server_config.max_version is below min_version'],
  [tls('max_version: TLS11'), 'line 4: tls_server_config.max_version is below min_version'],
  [
    tls('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'),
    /^line 4: tls_server_config.cipher_suites item 1 must be TLS_ECDHE_ECDSA/,
  ],
  [tls('cipher_suites: [toString]'), /cipher_suites item 1 must be/],
  [tls('curve_preferences: [X25519, P256]'), /^line 4: tls_server_config.curve_preferences item 2 must be CurveP256/],
  [
    tls('prefer_server_cipher_suites: maybe'),
    'line 4: tls_server_config.prefer_server_cipher_suites must be true or false',
  ],
  ['http_server_config: {http2: 2}\n', 'line 1: http_server_config.http2 must be true or false'],
  [
    'http_server_config: {headers: {X-Frame-Options: allow}}\n',
    'line 1: http_server_config.headers.X-Frame-Options must be deny or sameorigin',
  ],
  [
    'http_server_config: {headers: {X-Content-Type-Options: sniff}}\n',
    'line 1: http_server_config.headers.X-Content-Type-Options must be nosniff',
  ],
  [
    'http_server_config: {headers: {X-XSS-Protection: "a\\x01b"}}\n',
    'line 1: http_server_config.headers.X-XSS-Protection must be Latin-1 text',
  ],
  [users('alice:'), /^line 2: basic_auth_users.alice must be a bcrypt hash/],
  [users('alice: plain'), /^line 2: basic_auth_users.alice must be a bcrypt hash/],
  [users(`alice: ${HASH}x`), /must be a bcrypt hash/],
  [users('alice: [a]'), /must be a string/, /must be a bcrypt hash/],
  [users(`"a:b": ${HASH}`), 'line 2: basic_auth_users.a:b must not contain a colon'],
  [
    users(`alice: ${HASH.replace('$04$', '$15$')}`),
    'line 2: basic_auth_users.alice must be a bcrypt hash with a cost from 4 to 14',
  ],
  [users(`alice: ${HASH.replace('$04$', '$03$')}`), /cost from 4 to 14/],
  [
    'rate_limit: {interval: 5, burst: 1}\n',
    'line 1: rate_limit.interval must be a duration such as 1s, 500ms or 1m30s',
  ],
  ['rate_limit: {interval: -1s, burst: 1}\n', /interval must be a duration/],
  ['rate_limit: {interval: 1s, burst: many}\n', 'line 1: rate_limit.burst must be a whole number'],
  ['rate_limit: {interval: 1s}\n', /^rate_limit.burst must be at least 1 if interval is set/],
];

for (const [text, ...messages] of ERRORS) {
  test(`error: ${JSON.stringify(text).slice(0, 100)}`, async (t) => {
    const read = await readWebConfig(webConfigFolder(t, text).path);
    const errors = 'errors' in read ? read.errors : assert.fail(JSON.stringify(read));
    assert.equal(errors.length, messages.length, errors.join('\n'));
    for (const [index, message] of messages.entries()) {
      if (typeof message === 'string') assert.equal(errors[index], message);
      else assert.match(errors[index] ?? '', message);
    }
  });
}

test('all errors of all sections at once, in the order of the sections', async (t) => {
  const text = `${TLS}  min_version: x\nrate_limit: {interval: x}\nbasic_auth_users: {a: x}\nhttp_server_config: {http2: x}\nother: 1\n`;
  const read = await readWebConfig(webConfigFolder(t, text).path);
  const keys = 'errors' in read ? read.errors.map((error) => /^line \d+: (\S+)/.exec(error)?.[1]) : [];
  const expected = ['other', 'tls_server_config.min_version', 'basic_auth_users.a', 'rate_limit.interval'];
  assert.deepEqual(keys, [...expected, 'http_server_config.http2']);
});

test('a file that cannot be read', async (t) => {
  const { path } = webConfigFolder(t, '');
  assert.deepEqual(await readWebConfig(dirname(path)), { unreadable: 'cannot be read: it is not a regular file' });
  writeFileSync(path, 'x'.repeat(1_048_577));
  assert.deepEqual(await readWebConfig(path), { unreadable: 'cannot be read: it is larger than 1 MiB' });
  rmSync(path);
  assert.deepEqual(await readWebConfig(path), { unreadable: 'cannot be read: it does not exist' });
});

test('no message contains a part of a hash, a key or a value', async (t) => {
  const canary = 'c4n4ry';
  const texts = [
    `basic_auth_users: {a: ${canary}, b: [${canary}], c: {d: ${canary}}}\n`,
    `basic_auth_users:\n  a: "${canary}\n`,
    `basic_auth_users:\n  a: ${canary}\n ${canary}: ${canary}\n`,
    `basic_auth_users: *${canary}\n`,
    `${TLS}  key: |\n    -----BEGIN PRIVATE KEY-----\n    ${canary}\n`,
    `tls_server_config: {cert: ${canary}, key: ${canary}, min_version: ${canary}, cipher_suites: [${canary}]}\n`,
    `!${canary} ${canary}\n`,
  ];
  for (const text of texts) {
    const read = await readWebConfig(webConfigFolder(t, text).path);
    assert.ok('errors' in read && read.errors.length > 0, text);
    const shown = read.errors.filter((error) => !error.includes('is unknown')).join('\n');
    assert.ok(!shown.includes(canary), shown);
  }
});

test('any text: no exception, and each message is one printable line of bounded length', async (t) => {
  const folder = webConfigFolder(t, '');
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      'tls_server_config:',
      'basic_auth_users:',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ': ',
      '&a',
      '*a',
      '"',
      '|',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
      folder.write(pieces.join(''));
      const read = await readWebConfig(folder.path);
      for (const error of 'errors' in read ? read.errors : []) {
        assert.match(error, /^[\P{C}]*$/u);
        assert.ok(error.length < 600, error);
      }
    }),
    propertyRuns(200),
  );
});

test('the example of docs/web-config.md is valid, and the page explains every key', async (t) => {
  const page = readFileSync(join(ROOT, 'docs/web-config.md'), 'utf8');
  const example = /```yaml\n(tls_server_config:[\s\S]*?)```/.exec(page)?.[1] ?? '';
  const folder = webConfigFolder(t, example);
  folder.copy('server', 'server.pem');
  folder.copy('server-key', 'server-key.pem');
  const read = await readWebConfig(folder.path);
  assert.ok('settings' in read, JSON.stringify(read));
  assert.deepEqual([...read.settings.users.keys()], ['prometheus']);
  for (const key of [...TLS_KEYS, 'http2', 'headers', 'interval', 'burst']) {
    assert.ok(page.includes(`\`${key}\``) || page.includes(`\`${key}:`), key);
  }
});
