import dns from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import type { LookupFunction } from 'node:net';
import { createBodyBytes, watchInformational } from '../../instrumentation/http/response-limits.ts';
import { isLocalEndpoint } from './address.ts';
import { type CredentialsEndpoint, isHeaderText } from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';

/** Reads the body of the credentials endpoint. Rejects with a CredentialsError. */
export type ReadCredentials = (endpoint: CredentialsEndpoint) => Promise<Buffer>;

/** From the call to the last byte. The endpoint is on the same host. */
const DEADLINE_MS = 2000;
/** Credentials take about 2 KB. */
const MAX_BYTES = 64 * 1024;

/** Sends one GET request, without a proxy and without following redirects. */
export const readCredentials: ReadCredentials = async (endpoint) => {
  const { url } = endpoint;
  const token = authorizationToken(endpoint);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const isSecure = url.protocol === 'https:';
  // TLS is loaded only if it is used.
  const { Agent, request: send } = isSecure ? process.getBuiltinModule('node:https') : http;
  const request = send(url, {
    // With undefined instead of an empty object, newer versions of Node.js read proxies from the environment.
    agent: new Agent({ keepAlive: false, proxyEnv: {} }),
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(token !== undefined && { authorization: token }),
    },
    ...(!isSecure && { lookup: lookupLocal }),
  });
  const where = `the credentials endpoint ${url.origin}`;
  const fail = (error: CredentialsError): void => {
    reject(error);
    request.destroy();
  };
  const tooLarge = (): void => fail(new CredentialsError('invalid', `${where} sent a response that is too large`));
  const onTimeout = (): void =>
    fail(new CredentialsError('timeout', `${where} sent no complete response within ${DEADLINE_MS} ms`));
  const deadline = setTimeout(onTimeout, DEADLINE_MS);
  watchInformational(request, tooLarge);
  request.on('error', (error) => reject(connectionError(where, error)));
  request.on('response', (response) => {
    const { statusCode: status = 0 } = response;
    if (status !== 200) {
      fail(statusError(where, status));
      return;
    }
    const received = createBodyBytes(MAX_BYTES);
    response.on('data', (chunk: Buffer) => {
      if (!received.add(chunk)) tooLarge();
    });
    response.on('end', () => resolve(received.content()));
    // `close` follows.
    response.on('error', () => {});
    response.on('close', () => reject(new CredentialsError('reset', `${where} closed the connection`)));
  });
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    request.destroy();
  }
};

/** Resolves a host name and rejects it unless all of its addresses are allowed. The connection uses the addresses checked here. */
export const lookupLocal: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) {
      callback(error ?? new CredentialsError('unreachable', `the host ${hostname} has no address`), []);
    } else if (!addresses.every(({ address }) => isLocalEndpoint(address))) {
      const message = `the host ${hostname} of the credentials endpoint resolves to an address that requires https://`;
      callback(new CredentialsError('forbidden_address', message), []);
    } else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function connectionError(where: string, error: Error): CredentialsError {
  if (error instanceof CredentialsError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // Errors of the HTTP parser contain the raw packet, so only their code is used.
  if (code.startsWith('HPE_')) return new CredentialsError('invalid', `${where} sent a response that is not HTTP`);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new CredentialsError('reset', `${where} closed the connection (${code})`);
  }
  return new CredentialsError('unreachable', `cannot connect to ${where} (${code})`);
}

function statusError(where: string, status: number): CredentialsError {
  const returned = `${where} returned ${status}`;
  if (status >= 500) return new CredentialsError('server_error', returned);
  if (status >= 400) return new CredentialsError('client_error', `${returned}: check the task role`);
  if (status >= 300) return new CredentialsError('redirect', `${returned}; redirects are not followed`);
  return new CredentialsError('invalid', returned);
}

const MAX_TOKEN_BYTES = 64 * 1024;

function authorizationToken({ tokenFile, token }: CredentialsEndpoint): string | undefined {
  if (tokenFile === undefined) return token;
  const problem = (what: string): CredentialsError =>
    new CredentialsError('token', `the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ${what}`);
  let text: string;
  try {
    const stats = statSync(tokenFile);
    // A FIFO would block.
    if (!stats.isFile() || stats.size > MAX_TOKEN_BYTES) throw problem('is not a regular file of at most 64 KiB');
    text = readFileSync(tokenFile, 'utf8').trim();
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw problem(`cannot be read (${String(code ?? 'unknown reason')})`);
  }
  if (!isHeaderText(text)) throw problem('does not contain one line of printable ASCII characters');
  return text;
}
