import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureVersion } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { until } from '../real/wait.ts';
import type { OtlpExport } from './otlp-export.ts';
import { decodeProtobuf } from './otlp-protobuf.ts';

/** The certificates and keys of test/fixtures/tls. */
export type Pem =
  | 'ca'
  | 'unknown-ca'
  | `${'server' | 'server-expired' | 'server-other-host' | 'server-unknown-ca'}${'' | '-key'}`
  | `${'client' | 'client-expired' | 'client-unknown-ca'}${'' | '-key'}`;

export const pemFile = (name: Pem): string => fileURLToPath(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
export const pemText = (name: Pem): string => readFileSync(pemFile(name), 'utf8');

/** The protocol and certificate of a connection. */
export type TlsMode =
  | 'plain'
  | {
      readonly server: 'server' | 'server-expired' | 'server-other-host' | 'server-unknown-ca';
      /** Also sends this certificate. */
      readonly chain?: 'unknown-ca';
      /** Requires a client certificate of `ca`. */
      readonly wantsClientCertificate?: boolean;
      /** @default 1.2 and above */
      readonly tls?: SecureVersion;
    };

/** An OTLP/HTTP receiver for protobuf whose protocol and certificate can change while it listens. */
export interface TlsReceiver {
  readonly port: number;
  /** Number of connections, including failed ones. */
  readonly connections: number;
  readonly exports: readonly OtlpExport[];
  /** Waits for the export with this index. */
  received(index: number): Promise<OtlpExport>;
  /** Applies from the next connection on. */
  setMode(mode: TlsMode): void;
  close(): Promise<void>;
}

export async function startTlsReceiver(firstMode: TlsMode): Promise<TlsReceiver> {
  const exports: OtlpExport[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const receive: RequestListener = async (request, response) => {
    exports.push(decodeProtobuf(Buffer.concat(await request.toArray())));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  };
  let behind = serverWith(firstMode, receive);
  // A separate TCP server keeps listening during the change.
  const front = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    behind.emit('connection', socket);
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const address = front.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no address');

  return {
    port: address.port,
    get connections() {
      return connections;
    },
    exports,
    received: (index) => until(`export ${index}`, () => exports[index]),
    setMode(mode) {
      behind = serverWith(mode, receive);
    },
    close: async () => {
      const closed = once(front.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Does not listen: the TCP server passes its connections. */
function serverWith(mode: TlsMode, receive: RequestListener): Server {
  if (mode === 'plain') return createHttpServer(receive);
  const { server, chain, wantsClientCertificate = false, tls } = mode;
  return createHttpsServer(
    {
      cert: pemText(server) + (chain === undefined ? '' : pemText(chain)),
      key: pemText(`${server}-key`),
      ca: pemText('ca'),
      requestCert: wantsClientCertificate,
      rejectUnauthorized: true,
      minVersion: tls ?? 'TLSv1.2',
      ...(tls !== undefined && { maxVersion: tls }),
      // OpenSSL supports the old versions only at this level.
      ...(tls !== undefined && tls < 'TLSv1.2' && { ciphers: 'DEFAULT:@SECLEVEL=0' }),
    },
    receive,
  );
}
