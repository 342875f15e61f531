import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import {
  EXPORT_FAILURE_REASONS,
  ExportError,
  type ExportFailureReason,
  timedOut,
} from '../../../../instrumentation/metric-exporter.ts';
import {
  type ErrorResponse,
  errorOfResponse,
  exportErrorOf,
  responseTooLarge,
} from '../../../../instrumentation/otlp/export-failure.ts';

/** Content of responses and errors that must not be in a message. */
const CANARY = 'c4n4ry';

type Row = readonly [
  name: string,
  failed: ErrorResponse | Error | undefined,
  reason: ExportFailureReason,
  message: RegExp,
];

/** An error as Node.js creates it. */
function nodeError(code: string, message: string, members: object = {}): Error {
  return Object.assign(new Error(message), { code, ...members });
}

function answered(status: number, statusText: string, body: string = CANARY): ErrorResponse {
  return { status, statusText, body: Buffer.from(body) };
}

const refused = (address: string) =>
  nodeError('ECONNREFUSED', `connect ECONNREFUSED ${address}:4318`, { syscall: 'connect', address, port: 4318 });

const openSsl = (words: string) =>
  `80EB081CBA7F0000:error:0A000410:SSL routines:ssl3_read_bytes:${words}:../deps/openssl/ssl/record.c:918:SSL alert number 40\n`;
const handshake = (words: string) => nodeError('EPROTO', `write EPROTO ${openSsl(words)}`, { syscall: 'write' });
const alert = (words: string) =>
  nodeError(`ERR_SSL_${words.toUpperCase().replaceAll(' ', '_')}`, openSsl(words), { reason: words });

const otherHost = (certificate: object) =>
  nodeError('ERR_TLS_CERT_ALTNAME_INVALID', `Hostname/IP does not match: ${CANARY}`, {
    host: 'localhost',
    cert: { raw: Buffer.from(CANARY), ...certificate },
  });
const notHttp = (packet: string, code = 'HPE_INVALID_CONSTANT') =>
  nodeError(code, 'Parse Error: Expected HTTP/', { rawPacket: Buffer.from(packet + CANARY, 'latin1') });

const ANSWERS: readonly Row[] = [
  ['400', answered(400, 'Bad Request'), 'client_error', /^HTTP 400 Bad Request: .*OTLP\/HTTP receiver/],
  [
    '401',
    answered(401, 'Unauthorized'),
    'client_error',
    /^HTTP 401 Unauthorized: .*OTLP_HEADERS \(for AWS, check the URL and OTLP_AUTH\)$/,
  ],
  [
    '403',
    answered(403, 'Forbidden'),
    'client_error',
    /^HTTP 403 Forbidden: .*OTLP_HEADERS \(for AWS, check the URL and OTLP_AUTH\)$/,
  ],
  ['404', answered(404, 'Not Found'), 'client_error', /^HTTP 404 Not Found: .*\/v1\/metrics/],
  ['405', answered(405, 'Method Not Allowed'), 'client_error', /^HTTP 405 .*\/v1\/metrics/],
  ['407', answered(407, 'Proxy Authentication Required'), 'client_error', /^HTTP 407 .*http:\/\/user:password@/],
  ['413', answered(413, 'Payload Too Large'), 'client_error', /^HTTP 413 Payload Too Large: .*too large/],
  ['415', answered(415, 'Unsupported Media Type'), 'client_error', /^HTTP 415 .*OTEL_EXPORTER_OTLP_PROTOCOL/],
  ['418', answered(418, "I'm a Teapot"), 'client_error', /^HTTP 418 I'm a Teapot: /],
  ['500', answered(500, 'Internal Server Error'), 'server_error', /^HTTP 500 Internal Server Error: .*log/],
  ['302', answered(302, 'Found'), 'redirect', /^HTTP 302 Found: .*not followed/],
  ['304', answered(304, 'Not Modified'), 'redirect', /^HTTP 304 /],
  ['an unknown status', answered(799, 'x'), 'server_error', /^HTTP 799: /],
  ['a non-standard phrase', answered(401, `Bearer ${CANARY}`), 'client_error', /^HTTP 401: /],
  ['no phrase', answered(500, ''), 'server_error', /^HTTP 500: /],
  ['a phrase in capitals', answered(400, 'BAD REQUEST'), 'client_error', /^HTTP 400 Bad Request: /],
  ['429', answered(429, 'Too Many Requests'), 'throttled', /^HTTP 429 Too Many Requests: /],
  ['502', answered(502, 'Bad Gateway'), 'server_error', /^HTTP 502 Bad Gateway: /],
  ['503', answered(503, CANARY), 'server_error', /^HTTP 503: /],
  ['504', answered(504, 'Gateway Timeout'), 'server_error', /^HTTP 504 Gateway Timeout: /],
  ['an empty body', answered(503, 'Service Unavailable', ''), 'server_error', /^HTTP 503 Service Unavailable: /],
  [
    'HTTP at an HTTPS port of a Go server',
    answered(400, 'Bad Request', `Client sent an HTTP request to an HTTPS server.\n${CANARY}`),
    'tls',
    /^HTTP 400 Bad Request: the receiver requires TLS .*https:\/\/ in the endpoint$/,
  ],
  [
    'HTTP at an HTTPS port of nginx',
    answered(400, 'Bad Request', `<h1>The plain HTTP request was sent to HTTPS port</h1>${CANARY}`),
    'tls',
    /use https:\/\/ in the endpoint$/,
  ],
  [
    'no client certificate, from nginx',
    answered(400, 'Bad Request', `<h1>No required SSL certificate was sent</h1>${CANARY}`),
    'tls',
    /OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY/,
  ],
  [
    'a wrong client certificate, from nginx',
    answered(400, 'Bad Request', `<h1>The SSL certificate error</h1>${CANARY}`),
    'tls',
    /rejects the client certificate/,
  ],
  [
    'a request body that is too large, from the Collector',
    answered(400, 'Bad Request', 'http: request body too large'),
    'client_error',
    /^HTTP 400 Bad Request: .*too large for the receiver/,
  ],
  [
    'points that are out of order, from Prometheus',
    answered(400, 'Bad Request', 'out of order sample\n'),
    'client_error',
    /^HTTP 400 Bad Request: .*set storage\.tsdb\.out_of_order_time_window/,
  ],
  [
    'a server error whose body mentions a size',
    answered(500, 'Internal Server Error', 'http: request body too large'),
    'server_error',
    /^HTTP 500 Internal Server Error: /,
  ],
  [
    'a server error whose body mentions TLS',
    answered(502, 'Bad Gateway', `Client sent an HTTP request to an HTTPS server.\n${CANARY}`),
    'server_error',
    /^HTTP 502 Bad Gateway: /,
  ],
];

test('415 for a compressed body suggests no compression first', () => {
  const compressed = errorOfResponse(answered(415, 'Unsupported Media Type', ''), { isCompressed: true }).message;
  const plain = errorOfResponse(answered(415, 'Unsupported Media Type', '')).message;
  assert.match(compressed, /first set OTEL_EXPORTER_OTLP_COMPRESSION=none/);
  assert.ok(!plain.includes('COMPRESSION'));
});

const NETWORK: readonly Row[] = [
  ['a closed port', refused('127.0.0.1'), 'unreachable', /connect to 127\.0\.0\.1:4318 \(ECONNREFUSED\)/],
  ['a closed port, IPv6', refused('::1'), 'unreachable', /connect to \[::1\]:4318 \(ECONNREFUSED\)/],
  [
    'a closed port at all addresses',
    Object.assign(new AggregateError([refused('::1'), refused('127.0.0.1')]), { code: 'ECONNREFUSED' }),
    'unreachable',
    /connect to \[::1\]:4318 or 127\.0\.0\.1:4318 \(ECONNREFUSED\)/,
  ],
  [
    'a timeout at all addresses',
    Object.assign(new AggregateError([]), { code: 'ETIMEDOUT' }),
    'timeout',
    /^timed out: .*firewall/,
  ],
  [
    'an unknown host',
    nodeError('ENOTFOUND', 'getaddrinfo ENOTFOUND nowhere', { syscall: 'getaddrinfo', hostname: 'nowhere.invalid' }),
    'unreachable',
    /^cannot resolve the host nowhere\.invalid \(ENOTFOUND\)/,
  ],
  [
    'no DNS server',
    nodeError('EAI_AGAIN', 'getaddrinfo EAI_AGAIN', { syscall: 'getaddrinfo', hostname: 'x'.repeat(5000) }),
    'unreachable',
    /^cannot resolve the host x+… \(EAI_AGAIN\)/,
  ],
  [
    'more than four addresses',
    Object.assign(new AggregateError([1, 2, 3, 4, 5].map((part) => refused(`192.0.2.${part}`))), {
      code: 'ECONNREFUSED',
    }),
    'unreachable',
    /connect to 192\.0\.2\.1:4318 or .*192\.0\.2\.4:4318 \(ECONNREFUSED\)/,
  ],
  ['no route', nodeError('EHOSTUNREACH', 'x', { syscall: 'connect' }), 'unreachable', /EHOSTUNREACH/],
  ['not allowed', nodeError('EACCES', 'x', { syscall: 'connect' }), 'unreachable', /EACCES/],
  ['no network', nodeError('ENETUNREACH', 'x'), 'unreachable', /^cannot connect \(ENETUNREACH\)/],
  ['hang up', nodeError('ECONNRESET', 'socket hang up'), 'reset', /\(ECONNRESET\).*https:\/\/.*client cert/],
  ['broken pipe', nodeError('EPIPE', 'write EPIPE', { syscall: 'write' }), 'reset', /\(EPIPE\).*4318/],
  ['connect timeout', nodeError('ETIMEDOUT', 'x', { syscall: 'connect' }), 'timeout', /security group/],
  ['not HTTP', notHttp('SSH-2.0'), 'other', /a response that is not HTTP \(HPE_INVALID_CONSTANT\)/],
  ['not HTTP, no packet', nodeError('HPE_INVALID_CONSTANT', 'Parse Error'), 'other', /not HTTP/],
  ['too many headers', notHttp('HTTP/1.1', 'HPE_HEADER_OVERFLOW'), 'other', /HPE_HEADER_OVERFLOW/],
  ['a port for gRPC', notHttp('\x00\x00\x06\x04\x00\x00'), 'other', /gRPC port.*4318/],
  ['an answer without an end', responseTooLarge(), 'other', /too large: /],
];

const TLS: readonly Row[] = [
  ['HTTP at a port for TLS', notHttp('\x15\x03\x01\x00\x02\x02\x46'), 'tls', /use https:\/\/ in the endpoint$/],
  ['TLS at a port for HTTP', handshake('wrong version number'), 'tls', /http:\/\/.*\(wrong version number\)$/],
  ['TLS at a port for HTTP, older', alert('packet length too long'), 'tls', /http:\/\/.*length too long\)$/],
  ['expired', nodeError('CERT_HAS_EXPIRED', 'x'), 'tls', /^the receiver's certificate.* has expired .*renew/],
  ['too early', nodeError('CERT_NOT_YET_VALID', 'x'), 'tls', /^the receiver's certificate.* clock/],
  ['revoked', nodeError('CERT_REVOKED', 'x'), 'tls', /^the receiver's certificate is not accepted \(CERT_REV/],
  ...[
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ].map((code): Row => [code, nodeError(code, 'x'), 'tls', new RegExp(`\\(${code}\\).*OTLP_CERTIFICATE`)]),
  [
    'another host',
    otherHost({ subjectaltname: 'DNS:a.example, DNS:b.example', subject: { CN: 'c.example' } }),
    'tls',
    /is for DNS:a\.example, DNS:b\.example, not for localhost /,
  ],
  ['another host, by its CN', otherHost({ subject: { CN: 'a.example' } }), 'tls', /is for a\.example, not for/],
  ['no host at all', otherHost({}), 'tls', /contains no host name, so it does not match localhost/],
  [
    'no certificate',
    nodeError('ERR_TLS_CERT_ALTNAME_INVALID', 'x'),
    'tls',
    /contains no host name, so it does not match this host/,
  ],
  [
    'many hosts, one of them rude',
    otherHost({ subjectaltname: `DNS:\u001b[31m\r\n\u2028red\u202e, ${'DNS:x.example, '.repeat(1000)}` }),
    'tls',
    /is for DNS: \[31m red , DNS:x\.example.*…, not for/,
  ],
  ['no client certificate', alert('tlsv13 alert certificate required'), 'tls', /requires a client .*CLIENT_KEY/],
  ['no client certificate, TLS 1.2', handshake('ssl/tls alert handshake failure'), 'tls', /may require a client/],
  ...['ssl/tls alert bad certificate', 'tlsv1 alert unknown ca', 'ssl/tls alert certificate unknown'].flatMap(
    (words): Row[] =>
      [alert(words), handshake(words)].map((error) => [
        `${words}, ${'code' in error ? error.code : ''}`,
        error,
        'tls',
        new RegExp(`rejects the client certificate \\(${words}\\): check OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE$`),
      ]),
  ),
  ['an old client certificate', alert('ssl/tls alert certificate expired'), 'tls', /client .*expired; renew/],
  ['an old TLS', handshake('tlsv1 alert protocol version'), 'tls', /supports neither TLS 1\.2 nor TLS 1\.3/],
  ['an old TLS, said here', handshake('unsupported protocol'), 'tls', /supports neither TLS 1\.2 nor TLS 1\.3/],
  ['no HTTP/1.1', handshake('tlsv1 alert no application protocol'), 'tls', /gRPC port/],
  ['another alert', handshake('tlsv1 alert internal error'), 'tls', /failed \(tlsv1 alert internal error\)$/],
  ['EPROTO alone', nodeError('EPROTO', 'write EPROTO'), 'tls', /failed \(EPROTO\)$/],
  [
    'hang up in the handshake',
    nodeError('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'),
    'tls',
    /during the TLS handshake \(ECONNRESET\)/,
  ],
  ['a wrong key', nodeError('ERR_OSSL_X509_KEY_VALUES_MISMATCH', CANARY), 'tls', /MISMATCH\): check .*_CLIENT_KEY/],
  ['something of TLS', nodeError('ERR_TLS_HANDSHAKE_TIMEOUT', CANARY), 'tls', /\(ERR_TLS_HANDSHAKE_TIMEOUT\)/],
];

const OTHERS: readonly Row[] = [
  ['nothing', undefined, 'other', /./],
  ['no message', new TypeError(''), 'other', /^TypeError$/],
  ['an error of the SDK', new Error('Concurrent export limit reached'), 'other', /^Concurrent export limit/],
  ['an unknown code', nodeError('ERR_NEVER_HEARD_OF', CANARY), 'other', /^failed \(ERR_NEVER_HEARD_OF\)$/],
  [
    'a URL',
    new Error(`cannot use https://user:${CANARY}@host/?${CANARY}\nat all`),
    'other',
    /^cannot use \[address\] at all$/,
  ],
  ['a long message', new Error('x'.repeat(100_000)), 'other', /^x{120}…$/],
  ['an ExportError', timedOut(5), 'timeout', /^timed out after 5 ms: /],
];

for (const [name, failed, reason, message] of [...ANSWERS, ...NETWORK, ...TLS, ...OTHERS]) {
  test(`${reason}: ${name}`, () => {
    const isRefusal = failed !== undefined && 'status' in failed;
    const failure = isRefusal ? errorOfResponse(failed) : exportErrorOf(failed);
    assert.ok(failure instanceof ExportError);
    assert.equal(failure.reason, reason);
    assert.match(failure.message, message);
    assert.match(failure.message, /^[^\p{C}\p{Zl}\p{Zp}]{1,420}$/u);
    assert.ok(!inspect(failure, { depth: 9, showHidden: true }).includes(CANARY));
  });
}

test('the cases cover every reason', () => {
  const covered = new Set([...ANSWERS, ...NETWORK, ...TLS, ...OTHERS].map(([, , reason]) => reason));
  assert.deepEqual([...covered].sort(), [...EXPORT_FAILURE_REASONS].sort());
});

test('an ExportError is returned unchanged', () => {
  const error = new ExportError('throttled', 'not now');
  assert.equal(exportErrorOf(error), error);
  assert.deepEqual([error.name, error.cause], ['ExportError', undefined]);
});

test('a timeout error contains its time if known', () => {
  assert.match(timedOut(1999.7).message, /^timed out after 2000 ms: /);
  assert.match(timedOut(undefined).message, /^timed out: /);
});
