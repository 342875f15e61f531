import { once } from 'node:events';
import { request } from 'node:https';
import type { TestContext } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import {
  createPortSecurity,
  type PortSecurity,
  type PortSecurityOptions,
  type SecuritySettings,
  type TlsSettings,
} from '../../../../instrumentation/http/port-security.ts';
import type { HttpServerOptions } from '../../../../instrumentation/http/server.ts';
import { pemText } from '../../../helpers/tls-receiver.ts';
import type { Reply } from './http-client.ts';
import { type Served, serve } from './serve.ts';

export interface Secured extends Served {
  readonly security: PortSecurity;
  /** `reason` or `reason: detail` of each rejection. */
  readonly rejected: readonly string[];
}

/** TLS with the certificate of the tests. */
export function tlsSettings(changes: Partial<TlsSettings> = {}): TlsSettings {
  return {
    cert: pemText('server'),
    key: pemText('server-key'),
    clientCertificates: 'none',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
    ...changes,
  };
}

/** Starts a server with access control. */
export async function serveSecured(
  t: TestContext,
  settings: Partial<SecuritySettings>,
  options: Partial<HttpServerOptions> & { readonly checks?: PortSecurityOptions } = {},
): Promise<Secured> {
  const security = createPortSecurity({ users: new Map(), headers: {}, ...settings }, options.checks);
  const rejected: string[] = [];
  const onRejected = (reason: string, detail?: string) =>
    void rejected.push(detail === undefined ? reason : `${reason}: ${detail}`);
  const served = await serve(t, { onRejected, ...options, security });
  t.after(() => security.close());
  return { ...served, security, rejected };
}

export const CLIENT = { cert: pemText('client'), key: pemText('client-key') };

export type TlsClient = ConnectionOptions & { readonly headers?: Readonly<Record<string, string>> };

/** One request over HTTPS on a new connection. Rejects if the connection fails. */
export function getSecure(port: number, path: string, { headers = {}, ...tls }: TlsClient = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false, ca: pemText('ca'), ...tls };
    request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** An open TLS connection. */
export async function openSecure(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca: pemText('ca'), ...options });
  await once(socket, 'secureConnect');
  // The server may reset the connection.
  socket.on('error', () => {});
  return socket;
}

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
