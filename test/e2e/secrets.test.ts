/** Secrets are sent to the receiver, and are in no log, page, error or output, whatever the receiver does. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { variablesOf } from '../../src/config/option.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { pemFile, pemText, startTlsReceiver } from '../helpers/tls-receiver.ts';
import { checkWholeOutput } from '../helpers/whole-output.ts';
import { type OptionKey, ROWS } from '../unit/config/samples.ts';

/** Part of every secret. */
const CANARY = 'c4n4ry';
const BASIC = Buffer.from(`user:${CANARY}-basic`).toString('base64');

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
after(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const HEADERS = {
  authorization: `Bearer ${CANARY}-token`,
  'x-basic': `Basic ${BASIC}`,
  'x-key': `${CANARY}-key/+=`,
  'x-metrics': `${CANARY}-metrics`,
  'x-file': `${CANARY}-file`,
} as const;
const QUERY = `?token=${CANARY}-query`;
/** The paths of some receivers contain a key. */
const TARGET = `/${CANARY}-path/v1/metrics${QUERY}`;
const percent = (name: keyof typeof HEADERS): string => `${name}=${encodeURIComponent(HEADERS[name])}`;

const SECRETS = {
  OTEL_EXPORTER_OTLP_HEADERS: `${percent('authorization')},${percent('x-basic')},${percent('x-key')}`,
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: percent('x-metrics'),
  OTLP_HEADERS_FILE: fileWith('headers', `${percent('x-file')}\n`),
} as const;

/** Asserts that a text contains no part of a secret, plain or in base64, in any case and with any punctuation. */
function assertSilent(what: string, shown: string): void {
  for (const secret of [CANARY, BASIC.slice(4, 16)]) {
    const found = new RegExp([...secret].join('[^a-z0-9]*'), 'i').exec(shown);
    const at = found?.index ?? 0;
    assert.equal(found, null, `${what} shows a secret: ${shown.slice(Math.max(0, at - 300), at + 100)}`);
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The secret headers, as receivers return them in errors. */
  readonly echo: string;
}

type Behaviour = (exchange: Exchange) => unknown;

/** An ExportMetricsServiceResponse: https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
function partial({ request, response }: Exchange, text: string): void {
  const type = request.headers['content-type'] ?? '';
  const field = (tag: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([tag, 0x80 | (bytes.length & 0x7f), bytes.length >> 7]), bytes]);
  const protobuf = field(0x0a, Buffer.concat([Buffer.from([0x08, 3]), field(0x12, Buffer.from(text))]));
  const json = JSON.stringify({ partialSuccess: { rejectedDataPoints: '3', errorMessage: text } });
  response.writeHead(200, { 'content-type': type }).end(type.includes('json') ? json : protobuf);
}

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  ({ response, echo }) =>
    response.writeHead(code, echo, headers).end(echo);

/** Behaviours of a receiver, and the resulting log line. */
const BEHAVIOURS: readonly (readonly [name: string, behaviour: Behaviour, line: RegExp])[] = [
  ['answers 401 and the headers', status(401), /otlp_export_failing.*HTTP 401: .*client_error/],
  ['answers 400 and the headers', status(400), /otlp_export_failing.*HTTP 400: .*client_error/],
  ['answers 500 and the headers', status(500), /otlp_export_failing.*HTTP 500: .*server_error/],
  ['answers 503 and the headers', status(503), /otlp_export_failing.*HTTP 503: .*server_error/],
  ['answers 429 and the headers', status(429, { 'retry-after': '1' }), /otlp_export_failing.*throttled/],
  [
    'redirects to a secret',
    ({ request, response, echo }) => {
      assert.equal(request.url, TARGET, 'the redirect was followed');
      const location = `http://user:${CANARY}@${request.headers.host}/elsewhere?key=${CANARY}`;
      return response.writeHead(307, echo, { location }).end(location);
    },
    /otlp_export_failing.*HTTP 307: .*redirect/,
  ],
  ['rejects points and returns the headers', (exchange) => partial(exchange, exchange.echo), /otlp_partial_failing/],
  [
    'rejects points and returns the address',
    (exchange) => partial(exchange, `no ${exchange.request.url}`),
    /otlp_partial_failing/,
  ],
  [
    'rejects points and returns the headers, encoded',
    (exchange) => partial(exchange, encodeURIComponent(exchange.echo).slice(0, 200)),
    /otlp_partial_failing/,
  ],
  ...(
    [
      ['in capitals', (echo) => echo.toUpperCase()],
      ['in parts', (echo) => echo.replaceAll(/[^ ]{4}/g, '$&. ')],
      ['without punctuation', (echo) => echo.replaceAll(/[^a-z0-9]/gi, '')],
      ['decoded from base64', () => `wrong password ${CANARY}-basic`],
      ['in base64', (echo) => Buffer.from(echo).toString('base64')],
      ['in hexadecimal', (echo) => Buffer.from(echo).toString('hex')],
    ] as const satisfies readonly (readonly [string, (echo: string) => string])[]
  ).map(
    ([how, change]) =>
      [
        `rejects points and returns the headers ${how}`,
        (exchange: Exchange) => partial(exchange, change(exchange.echo).slice(0, 400)),
        /otlp_partial_failing/,
      ] as const,
  ),
  ['never answers', () => {}, /otlp_export_failing.*timed out/],
  [
    'closes the connection during its response',
    ({ response, echo }) => {
      response.writeHead(400, { 'content-length': '9999' });
      response.write(echo, () => response.destroy());
    },
    /otlp_export_failing.*(?:HTTP 400|ECONNRESET)/,
  ],
  ['does not use HTTP', ({ response, echo }) => response.socket?.end(echo), /otlp_export_failing.*HPE_INVALID/],
  [
    'answers with endless headers',
    ({ response, echo }) => response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${echo.repeat(200)}\r\n\r\n`),
    /otlp_export_failing.*HPE_HEADER_OVERFLOW/,
  ],
];

/** Starts a receiver with this behaviour, which records its requests; closed with the test. */
async function startReceiver(t: TestContext, behaviour: Behaviour) {
  const seen: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    await request.toArray();
    seen.push(request);
    const echo = Object.keys(HEADERS).map((name) => String(request.headers[name]));
    behaviour({ request, response, echo: `no ${echo.join(' ')}` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { seen, origin: `http://127.0.0.1:${address.port}` };
}

const FORMATS = [
  { LOG_FORMAT: 'json', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
  { LOG_FORMAT: 'pretty', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
] as const;
const PAGES = ['/', '/api/status', '/metrics', '/-/healthy', '/-/ready', '/nowhere', `/${QUERY}`, `/metrics${QUERY}`];

/** Runs the program until `line` is logged, stops it, and checks its complete output. */
async function assertNothingShown(
  t: TestContext,
  env: Record<string, string>,
  line: RegExp,
  isHanging?: () => boolean,
): Promise<void> {
  const variables = { OTEL_METRIC_EXPORT_INTERVAL: '1000', ...SECRETS, ...env };
  const log = await checkWholeOutput(t, variables, line, { pages: PAGES, check: assertSilent, isHanging });
  assert.match(log, /DEBUG|"debug"/);
}

test('run --print-config shows no secret', async () => {
  const env = {
    ECS_CONTAINER_METADATA_URI_V4: 'http://localhost/v4/x',
    EXPORTERS: 'prometheus,otlp',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `https://collector${TARGET}`,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pemFile('client'),
    OTEL_EXPORTER_OTLP_CLIENT_KEY: pemFile('client-key'),
    HTTPS_PROXY: `http://user:${CANARY}@proxy:3128`,
    ...SECRETS,
  };
  const program = startInProcess(['run', '--print-config'], env);
  assert.equal(await program.ended, 0);
  assertSilent('the configuration', program.stdout() + program.stderr());
  assert.ok(!program.stdout().includes('PRIVATE KEY'));
  for (const header of Object.keys(HEADERS)) assert.ok(program.stdout().includes(`"${header}": "[hidden]"`));
});

describe('a receiver that', () => {
  for (const [name, behaviour, line] of BEHAVIOURS) {
    for (const format of FORMATS) {
      test(`${name}: no secret in ${format.LOG_FORMAT} lines and pages`, async (t) => {
        const { seen, origin } = await startReceiver(t, behaviour);
        const env = { ...format, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${origin}${TARGET}` };
        await assertNothingShown(t, env, line, () => name === 'never answers');
        assert.equal(seen[0]?.url, TARGET);
        for (const [header, value] of Object.entries(HEADERS)) assert.equal(seen[0]?.headers[header], value);
      });
    }
  }

  for (const format of FORMATS) {
    test(`is unreachable: no secret in ${format.LOG_FORMAT} lines and pages`, async (t) => {
      const env = { ...format, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:1${TARGET}` };
      await assertNothingShown(t, env, /otlp_export_failing.*ECONNREFUSED/);
    });

    test(`has an expired certificate: no secret in ${format.LOG_FORMAT} lines and pages`, async (t) => {
      const receiver = await startTlsReceiver({ server: 'server-expired' });
      t.after(() => receiver.close());
      const address = `https://localhost:${receiver.port}${TARGET}`;
      const env = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: address, OTEL_EXPORTER_OTLP_CERTIFICATE: pemFile('ca') };
      await assertNothingShown(t, { ...format, ...env }, /otlp_export_failing.*CERT_HAS_EXPIRED/);
    });
  }
});

const OTLP_ON = { EXPORTERS: 'otlp' };
const addresses = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'].flatMap((name) =>
  [
    `http://user:${CANARY}@collector:4318`,
    `http://${CANARY}@collector:4318`,
    `user:${CANARY}@collector:4318`,
    `ftp://collector/?key=${CANARY}`,
    `ftp://collector/?mail=a@b&key=${CANARY}`,
    `http://collector:99999/?key=${CANARY}`,
    `http://collector/#${CANARY}`,
    `http:/user:${CANARY}@collector`,
    `http://user:${CANARY}#@collector`,
    `http://user:${CANARY}?@collector`,
    `http://user:${CANARY}/@collector`,
  ].map((address): Mistake => [`${name}=${address}`, [], { [name]: address }, name]),
);

type Mistake = readonly [
  name: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  /** The source in the error message. */
  source: string,
];

const headerMistakes = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'].flatMap((name) =>
  [
    CANARY,
    `=${CANARY}`,
    `a=%${CANARY}`,
    `${CANARY} b=1`,
    `a=${CANARY}%0a`,
    `a=1,${CANARY}`,
    `a=${CANARY}%E2%82%AC`,
  ].map((text): Mistake => [`${name}=${text}`, [], { [name]: text }, name]),
);

const MISTAKES: readonly Mistake[] = [
  ...addresses,
  ...headerMistakes,
  ['--otlp-endpoint', ['--otlp-endpoint', `http://user:${CANARY}@collector`], {}, '--otlp-endpoint'],
  ['--otlp-endpiont', ['--otlp-endpiont', `http://user:${CANARY}@collector`], {}, '--otlp-endpiont'],
  ['--otlp-endpiont=', [`--otlp-endpiont=http://user:${CANARY}@collector`], {}, '--otlp-endpiont'],
  ['--otlp-headers', ['--otlp-headers', `authorization=${CANARY}`], {}, '--otlp-headers'],
  ['a header alone', ['run', `authorization=${CANARY}`], {}, 'authorization'],
  ['--metadata-url', ['--metadata-url', `http://user:${CANARY}@169.254.170.2/v4`], {}, '--metadata-url'],
  [
    'metadata, user',
    [],
    { ECS_CONTAINER_METADATA_URI_V4: `http://user:${CANARY}@host` },
    'ECS_CONTAINER_METADATA_URI_V4',
  ],
  [
    'metadata, query',
    [],
    { ECS_CONTAINER_METADATA_URI_V4: `http://host/?a@b=${CANARY}` },
    'ECS_CONTAINER_METADATA_URI_V4',
  ],
  [
    'headers in place of their file',
    [],
    { ...OTLP_ON, OTLP_HEADERS_FILE: `authorization=${CANARY}` },
    'OTLP_HEADERS_FILE',
  ],
  ['a file of no headers', ['--otlp-headers-file', fileWith('wrong', CANARY)], OTLP_ON, '--otlp-headers-file'],
  [
    'a file of wrong headers',
    [],
    { ...OTLP_ON, OTLP_HEADERS_FILE: fileWith('broken', `a=1\nb=%${CANARY}\n`) },
    'OTLP_HEADERS_FILE',
  ],
  [
    'a key in place of its file',
    [],
    {
      ...OTLP_ON,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pemFile('client'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: `-----BEGIN PRIVATE KEY-----\n${CANARY}`,
    },
    'OTEL_EXPORTER_OTLP_CLIENT_KEY',
  ],
  [
    'a broken key',
    [],
    {
      ...OTLP_ON,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: pemFile('client'),
      OTEL_EXPORTER_OTLP_CLIENT_KEY: fileWith('key.pem', pemText('client-key').replaceAll(/^MIG.*$/gm, CANARY)),
    },
    'OTEL_EXPORTER_OTLP_CLIENT_KEY',
  ],
];

const METADATA = { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4' };

/** Texts with a secret, in the syntax of other options. */
const PASTED = [
  CANARY,
  `12345${CANARY}`,
  `a,${CANARY}`,
  `a=${CANARY}`,
  `user:${CANARY}@host`,
  `http://user:${CANARY}@host`,
  `https://host/${CANARY}/v1/metrics`,
  `-----BEGIN PRIVATE KEY-----\n${CANARY}`,
] as const;

/** Options that accept any text or any name, and use it as data or as an address: a valid value is not secret. */
const NOT_SECRET: ReadonlySet<OptionKey> = new Set([
  ...(['include', 'exclude', 'containerLabels', 'taskTags', 'serviceName', 'resourceAttributes'] as const),
  ...(['httpHost', 'metadataUrl', 'noProxy', 'statsdHost', 'statsdTags', 'datadogHost', 'datadogTags'] as const),
  ...(['resourceAttributesInclude', 'prometheusResourceLabels'] as const),
  ...(['datadogEntityId', 'datadogEnv', 'datadogService', 'datadogVersion'] as const),
]);

for (const { key, option } of ROWS) {
  const variables = variablesOf<unknown>(option).map(({ name }) => ({ argv: [], name }));
  const flags = 'flag' in option ? [{ argv: [`--${option.flag}`], name: `--${option.flag}` }] : [];
  for (const { argv, name } of [...variables, ...flags]) {
    test(`a secret in place of the value of ${name}`, async () => {
      for (const secret of PASTED) {
        const flag = argv.map((one) => `${one}=${secret}`);
        const commands = 'commands' in option ? option.commands.slice(0, 1) : ['run'];
        const env = { ...METADATA, EXPORTERS: 'prometheus,otlp,statsd', STATSD_PORT: '8125', LOG_LEVEL: 'debug' };
        const own = argv.length === 0 ? { [name]: secret } : {};
        const first = name === 'ECS_CONTAINER_METADATA_URI' ? { ECS_CONTAINER_METADATA_URI_V4: '' } : {};
        // An unknown flag, so that nothing starts if the value is valid.
        const broken = startInProcess([...commands, ...flag, '--broken'], { ...env, ...first, ...own });
        assert.equal(await broken.ended, 2);
        assertSilent(`the error of ${secret}`, broken.stdout() + broken.stderr());
        if (NOT_SECRET.has(key) || !commands.includes('run')) continue;
        const printed = startInProcess(['run', '--print-config', ...flag], { ...env, ...first, ...own });
        await printed.ended;
        assertSilent(`the configuration with ${secret}`, printed.stdout() + printed.stderr());
      }
    });
  }
}

for (const argv of [
  [CANARY],
  ['run', CANARY],
  [`--${CANARY}`],
  [`--${CANARY}=1`],
  [`-${CANARY}`],
  [`--api-key=${CANARY}`],
  ['--api-key', CANARY],
  ['--api-key=', CANARY],
  [`-k${CANARY}`],
  ['--', CANARY],
  [`API_KEY=${CANARY}`],
  [`http://user:${CANARY}@host`],
]) {
  test(`a secret in the arguments: ${argv.join(' ').replaceAll(CANARY, '***')}`, async () => {
    const program = startInProcess(argv, METADATA);
    assert.equal(await program.ended, 2);
    assertSilent('the error', program.stderr() + program.stdout());
  });
}

test('an internal error whose message and stack contain secrets', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const { origin } = await startReceiver(t, ({ response }) => response.end());
  const OTEL_EXPORTER_OTLP_METRICS_ENDPOINT = `${origin}${TARGET}`;
  const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTERS: 'prometheus,otlp', EXPORTER_PORT: '0' };
  const program = startInProcess(['run'], { ...SECRETS, ...env, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT });
  await program.origin();
  const texts = [OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, ...Object.values(HEADERS)];
  program.crash(new Error(`cannot use ${texts.join(' and ')}`));
  assert.equal(await program.ended, 1);
  assert.match(program.stderr(), /"event":"crashed".*cannot use .*"stack":/);
  assertSilent('the log', program.stderr());
});

for (const [name, argv, env, source] of MISTAKES) {
  test(`an error message without the secret: ${name.replaceAll(CANARY, '***')}`, async () => {
    const program = startInProcess(argv, { ...METADATA, ...SECRETS, ...env });
    assert.equal(await program.ended, 2);
    assert.match(program.stderr(), /^error: /);
    assert.ok(program.stderr().includes(source), program.stderr());
    assertSilent('the problem', program.stderr() + program.stdout());
  });
}

for (const argv of [['--help'], ['help'], ['--version'], ['once'], ['once', '--format', 'json'], ['healthcheck']]) {
  test(`no secret in the output of ${argv.join(' ')}`, async (t) => {
    const { endpoint } = await scriptedEndpoint(t);
    const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:1${QUERY}`;
    const env = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTERS: 'otlp', EXPORTER_PORT: '1' };
    const program = startInProcess(argv, { ...SECRETS, ...env, OTEL_EXPORTER_OTLP_ENDPOINT });
    assert.equal(await program.ended, argv[0] === 'healthcheck' ? 1 : 0);
    const shown = program.stdout() + program.stderr();
    assert.notEqual(shown, '');
    assertSilent(argv.join(' '), shown);
  });
}

test('a port in use: no secret in the error message', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const { origin } = await startReceiver(t, () => {});
  const where = { ECS_CONTAINER_METADATA_URI_V4: endpoint.url, EXPORTER_HOST: '127.0.0.1' };
  const env = { EXPORTER_PORT: new URL(origin).port, EXPORTERS: 'prometheus,otlp', LOG_LEVEL: 'debug' };
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:1${QUERY}`;
  const program = startInProcess(['run'], { ...SECRETS, ...where, ...env, OTEL_EXPORTER_OTLP_ENDPOINT });
  assert.equal(await program.ended, 1);
  assert.match(program.stderr(), /start_failed/);
  assertSilent('the log', program.stderr());
});
