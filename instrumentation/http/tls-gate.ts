import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createServer,
  DEFAULT_CIPHERS,
  type SecureVersion,
  type Server,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { hasAllowedName } from './client-names.ts';

/** How clients identify themselves. Go's crypto/tls has the same choices. */
export type ClientCertificates = 'none' | 'request' | 'require-any' | 'verify-if-given' | 'require-and-verify';

/** For OpenSSL. */
export interface TlsSettings {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  /** Authorities of client certificates. */
  readonly clientCa?: string | undefined;
  readonly clientCertificates: ClientCertificates;
  /** A client certificate must have one of these subject alternative names. */
  readonly allowedNames?: readonly string[] | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  readonly ciphers?: string | undefined;
  readonly honorCipherOrder: boolean;
  readonly ecdhCurve?: string | undefined;
}

export interface HandshakeListener {
  /** The first bytes have arrived; `begin` continues with the handshake, which takes CPU time. */
  onHello(begin: () => void): void;
  onSecure(session: TLSSocket, hasVerifiedCertificate: boolean): void;
}

/** Upgrades connections to TLS sessions. */
export interface TlsGate {
  /** Closes the connection if the handshake fails. Has no timeout. */
  accept(socket: Socket, listener: HandshakeListener): void;
  /** Calls the listener for each rejected client. `detail` is an error code or a short text. */
  onRejected(listener: (detail: string) => void): void;
  /** For the next handshakes. */
  update(settings: TlsSettings): void;
}

/** The first byte of a TLS handshake. */
const HANDSHAKE = 0x16;

/** The request of the `healthcheck` command, which does not use TLS: any response shows that the process works. */
const HEALTH_CHECK = /^(?:GET|HEAD) \/-\/healthy /;

const TEXT = 'this port serves HTTPS only\n';
const PLAIN_HTTP_ANSWER = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${TEXT.length}\r\nConnection: close\r\n\r\n${TEXT}`;

/**
 * @param refresh called before each handshake, which waits for it
 * @throws if OpenSSL cannot use the settings
 */
export function createTlsGate(settings: TlsSettings, refresh: () => Promise<void>): TlsGate {
  /** Handshakes that have begun. */
  const listeners = new Map<string, HandshakeListener>();
  let server = create(settings);
  let reject: (detail: string) => void = () => {};

  /** A server that does not listen: `accept` passes connections to it. */
  function create(used: TlsSettings): Server {
    const created = createServer(serverOptions(used));
    created.on('secureConnection', (session) => {
      session.on('error', () => {});
      const problem = certificateProblem(session, used);
      if (problem !== undefined) {
        session.destroy();
        reject(problem);
        return;
      }
      const isVerified = VERIFYING.includes(used.clientCertificates) && session.authorized;
      const listener = listeners.get(keyOf(session));
      if (listener === undefined) session.destroy();
      else listener.onSecure(session, isVerified);
    });
    created.on('tlsClientError', (error, session) => {
      // Not null if the certificate was rejected; the error is then a reset of the connection.
      const { authorizationError = null } = session;
      reject(String(authorizationError ?? ('code' in error ? error.code : error.message)));
    });
    return created;
  }

  async function begin(socket: Socket, first: Buffer, listener: HandshakeListener): Promise<void> {
    await refresh();
    if (socket.destroyed) return;
    if (first[0] !== HANDSHAKE) {
      const text = first.toString('latin1', 0, 100);
      if (!HEALTH_CHECK.test(text)) reject('not TLS');
      answerPlain(socket, text);
      return;
    }
    const key = keyOf(socket);
    listeners.set(key, listener);
    socket.once('close', () => listeners.delete(key));
    server.emit('connection', socket);
  }

  return {
    accept(socket, listener) {
      const onEnd = () => socket.destroy();
      socket.once('end', onEnd);
      // Sessions take memory, so a client that sends nothing gets none.
      socket.once('data', (first: Buffer) => {
        socket.off('end', onEnd);
        socket.pause();
        socket.unshift(first);
        listener.onHello(() => void begin(socket, first, listener));
      });
    },
    onRejected(listener) {
      reject = listener;
    },
    update(changed) {
      server = create(changed);
    },
  };
}

/** Identifies a connection by its addresses, because the server reports a session without its socket. */
function keyOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return [localAddress, localPort, remoteAddress, remotePort].join();
}

const VERIFYING: readonly ClientCertificates[] = ['verify-if-given', 'require-and-verify'];
const REQUIRING: readonly ClientCertificates[] = ['require-any', 'require-and-verify'];

function certificateProblem(session: TLSSocket, settings: TlsSettings): string | undefined {
  const { clientCertificates, allowedNames } = settings;
  const certificate = session.getPeerX509Certificate();
  if (certificate === undefined) return REQUIRING.includes(clientCertificates) ? 'no certificate' : undefined;
  if (VERIFYING.includes(clientCertificates) && !session.authorized) return String(session.authorizationError);
  const isAllowed = allowedNames === undefined || hasAllowedName(certificate.subjectAltName, allowedNames);
  return isAllowed ? undefined : 'name not allowed';
}

/** The options of node:tls. */
export function serverOptions(settings: TlsSettings): TlsOptions {
  const { clientCa, clientCertificates, minVersion, ciphers = DEFAULT_CIPHERS } = settings;
  return {
    cert: settings.cert,
    key: settings.key,
    // An empty list: the default CAs of Node.js do not issue client certificates, and take several MB.
    ca: clientCa ?? [],
    requestCert: clientCertificates !== 'none',
    // OpenSSL then reports a missing certificate to the client.
    rejectUnauthorized: clientCertificates === 'require-and-verify',
    minVersion,
    maxVersion: settings.maxVersion,
    // OpenSSL supports the old versions only at its lowest security level.
    ciphers: minVersion < 'TLSv1.2' ? `${ciphers}:@SECLEVEL=0` : ciphers,
    honorCipherOrder: settings.honorCipherOrder,
    ...(settings.ecdhCurve !== undefined && { ecdhCurve: settings.ecdhCurve }),
    ALPNProtocols: ['http/1.1'],
    // No resumption: each session is checked against the current CAs and names.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
  };
}

/** Responds in plain HTTP to a client that used the wrong scheme. */
function answerPlain(socket: Socket, text: string): void {
  if (!/^[A-Z]+ /.test(text)) {
    socket.destroy();
    return;
  }
  socket.end(PLAIN_HTTP_ANSWER);
  // Unread bytes would turn the end of the connection into a reset, which discards the response.
  socket.once('end', () => socket.destroy());
  socket.resume();
}
