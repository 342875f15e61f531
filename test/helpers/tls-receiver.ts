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

/** What a connection meets. */
export type Face =
  | 'plain'
  | {
      readonly server: 'server' | 'server-expired' | 'server-other-host' | 'server-unknown-ca';
      /** Sends this one's certificate along with its own. */
      readonly chain?: 'unknown-ca';
      /** Lets in only clients with a certificate of `ca`. */
      readonly wantsClientCertificate?: boolean;
      /** @default every version from 1.2 on */
      readonly tls?: SecureVersion;
    };

/** An OTLP/HTTP receiver for protobuf that can become another one without leaving its port. */
export interface TlsReceiver {
  readonly port: number;
  /** Connections so far, also those that came to nothing. */
  readonly connections: number;
  readonly exports: readonly OtlpExport[];
  /** The export of that number (from 0) once it has come. */
  received(index: number): Promise<OtlpExport>;
  /** From the next connection on. */
  become(face: Face): void;
  close(): Promise<void>;
}

export async function startTlsReceiver(firstFace: Face): Promise<TlsReceiver> {
  const exports: OtlpExport[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const receive: RequestListener = async (request, response) => {
    exports.push(decodeProtobuf(Buffer.concat(await request.toArray())));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  };
  let behind = serverWith(firstFace, receive);
  // In front of it, so that there is no moment in which nobody listens.
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
    become(face) {
      behind = serverWith(face, receive);
    },
    close: async () => {
      const closed = once(front.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Never listens: it is given its connections. */
function serverWith(face: Face, receive: RequestListener): Server {
  if (face === 'plain') return createHttpServer(receive);
  const { server, chain, wantsClientCertificate = false, tls } = face;
  return createHttpsServer(
    {
      cert: pemText(server) + (chain === undefined ? '' : pemText(chain)),
      key: pemText(`${server}-key`),
      ca: pemText('ca'),
      requestCert: wantsClientCertificate,
      rejectUnauthorized: true,
      minVersion: tls ?? 'TLSv1.2',
      ...(tls !== undefined && { maxVersion: tls }),
      // OpenSSL speaks the old versions at this level only.
      ...(tls !== undefined && tls < 'TLSv1.2' && { ciphers: 'DEFAULT:@SECLEVEL=0' }),
    },
    receive,
  );
}
