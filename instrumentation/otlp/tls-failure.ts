import { sanitizeText, stringMember } from '../sanitize-text.ts';

const WANTS_CLIENT_CERTIFICATE =
  'the receiver requires a client certificate: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY';
const NO_TLS = 'the receiver does not use TLS on this port: use http:// in the endpoint, or the port for TLS';

/**
 * Returns the message for a TLS error; undefined for other errors.
 *
 * @param code an X.509 code (https://nodejs.org/api/tls.html#x509-certificate-error-codes), an OpenSSL code (`ERR_SSL_...`,
 *   `ERR_OSSL_...`), or EPROTO with OpenSSL's text in the message
 */
export function tlsFailure(code: string, error: Error): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return wrongHost(code, error);
  if (code === 'CERT_HAS_EXPIRED') {
    return `the receiver's certificate or a CA certificate in its chain has expired (${code}): renew it at the receiver; if it is still valid, check the clock of this machine`;
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return `the receiver's certificate or a CA certificate in its chain is not yet valid (${code}): check the clock of this machine`;
  }
  if (UNKNOWN_AUTHORITY.has(code)) {
    return `the receiver's certificate is not signed by a trusted authority (${code}): set OTEL_EXPORTER_OTLP_CERTIFICATE to a file with its CA certificate, and configure the receiver to send its intermediate certificates`;
  }
  if (/^(?:CERT_|CRL_|UNABLE_TO_|INVALID_|PATH_LENGTH_|ERROR_IN_CERT_|ERROR_IN_CRL_|HOSTNAME_)/.test(code)) {
    return `the receiver's certificate is not accepted (${code})`;
  }
  if (code.startsWith('ERR_OSSL_')) {
    return `cannot use the configured certificates (${code}): check OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY`;
  }
  if (error.message.includes('before secure TLS connection was established')) {
    return `the receiver closed the connection during the TLS handshake (${code}): check that it uses TLS on this port and accepts the client certificate`;
  }
  if (code.startsWith('ERR_TLS_')) return `the TLS handshake failed (${code})`;
  const text = openSslText(code, error);
  return text === undefined ? undefined : handshakeFailure(text);
}

/** Returns the message for an HTTP response that reports a TLS problem, as servers in Go, nginx and Apache send them. */
export function responseTlsFailure(body: string): string | undefined {
  if (/HTTP request to an HTTPS server|HTTP request was sent to HTTPS|plain HTTP to an SSL-enabled/i.test(body)) {
    return 'the receiver requires TLS on this port: use https:// in the endpoint';
  }
  if (/No required SSL certificate was sent/i.test(body)) return WANTS_CLIENT_CERTIFICATE;
  return /The SSL certificate error/i.test(body) ? refusedClientCertificate('according to its response') : undefined;
}

/** True for an alert or a handshake record: https://www.rfc-editor.org/rfc/rfc8446#section-5.1 */
export function isTlsRecord(packet: Uint8Array): boolean {
  return (packet[0] === 0x15 || packet[0] === 0x16) && packet[1] === 3;
}

const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
]);

function wrongHost(code: string, error: Error): string {
  const host = sanitizeText(stringMember(error, 'host') ?? 'this host');
  const certificate = 'cert' in error && error.cert instanceof Object ? error.cert : {};
  const subject = 'subject' in certificate && certificate.subject instanceof Object ? certificate.subject : {};
  const names = stringMember(certificate, 'subjectaltname') ?? stringMember(subject, 'CN');
  const mismatch =
    names === undefined
      ? `contains no host name, so it does not match ${host}`
      : `is for ${sanitizeText(names)}, not for ${host}`;
  return `the receiver's certificate ${mismatch} (${code}): use a host name from the certificate in the endpoint`;
}

/** Returns OpenSSL's text from the code or the message, for example `tlsv13 alert certificate required`. */
function openSslText(code: string, error: Error): string | undefined {
  if (code.startsWith('ERR_SSL_')) return code.slice('ERR_SSL_'.length).toLowerCase().replaceAll('_', ' ');
  return code === 'EPROTO' ? (/SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1] ?? code) : undefined;
}

/** An alert is an error that the receiver sent: https://www.rfc-editor.org/rfc/rfc8446#section-6.2 */
function handshakeFailure(text: string): string {
  const reason = sanitizeText(text);
  if (/wrong version number|packet length too long|http request/.test(text)) return `${NO_TLS} (${reason})`;
  if (/alert certificate required/.test(text)) return `${WANTS_CLIENT_CERTIFICATE} (${reason})`;
  if (/alert handshake failure/.test(text)) {
    return `the receiver rejects the TLS handshake (${reason}): it may require a client certificate (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY) or other ciphers`;
  }
  if (/alert (?:.*certificate|unknown ca|access denied|decrypt error)/.test(text))
    return refusedClientCertificate(reason);
  if (/protocol version|unsupported protocol/.test(text)) {
    return `the receiver supports neither TLS 1.2 nor TLS 1.3 (${reason})`;
  }
  if (/no application protocol/.test(text)) {
    return `the receiver does not accept HTTP/1.1 on this port (${reason}): this is probably its gRPC port; use its port for OTLP/HTTP (usually 4318)`;
  }
  return `the TLS handshake failed (${reason})`;
}

function refusedClientCertificate(reason: string): string {
  const expired = /expired/.test(reason) ? 'it has expired; renew' : 'check';
  return `the receiver rejects the client certificate (${reason}): ${expired} OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`;
}
