import { readFileSync, statSync } from 'node:fs';

/** Loaded only where there is something to check: it is a large part of Node. */
const crypto = () => process.getBuiltinModule('node:crypto');

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** What is wrong with a file of PEM certificates, as the end of a sentence; `undefined` if nothing is. */
export function wrongCertificates(pem: string): string | undefined {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return 'it holds no certificate in PEM form';
  const begun = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g)?.length ?? 0;
  if (begun > blocks.length) return 'a certificate in it is cut off';
  const broken = blocks.findIndex((block) => certificateOf(block) === undefined);
  return broken < 0 ? undefined : `certificate ${broken + 1} in it cannot be read`;
}

/** What is wrong with a PEM key; `undefined` if nothing is. */
export function wrongKey(pem: string): string | undefined {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    return 'the key in it is encrypted: pass phrases are not supported';
  }
  return keyOf(pem) === undefined ? 'it holds no private key in PEM form' : undefined;
}

/** What keeps TLS from using the two together; `undefined` if nothing does. Both have been found readable. */
export function wrongPair(certificatePem: string, keyPem: string): string | undefined {
  const certificate = certificateOf(certificatePem.match(CERTIFICATE)?.[0] ?? '');
  const key = keyOf(keyPem);
  if (certificate === undefined || key === undefined || !certificate.checkPrivateKey(key)) {
    return 'must be the key of the certificate';
  }
  try {
    process.getBuiltinModule('node:tls').createSecureContext({ cert: certificatePem, key: keyPem });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return `cannot be used for TLS (${code}) with the certificate`;
  }
}

function certificateOf(pem: string) {
  try {
    return new (crypto().X509Certificate)(pem);
  } catch {
    return undefined;
  }
}

function keyOf(pem: string) {
  try {
    return crypto().createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** What a file holds, or why it cannot be read, as the end of a sentence. */
export type FileText = { readonly text: string } | { readonly wrong: string };

/** Certificates and headers take kilobytes: more is another file. */
const MAX_BYTES = 1_048_576;

/** Reads a small text file. Never throws. */
export function readTextFile(path: string): FileText {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return { wrong: 'it is not a file' };
    if (stats.size > MAX_BYTES) return { wrong: 'it is larger than 1 MiB' };
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { wrong: 'it does not exist' };
    if (code === 'EACCES' || code === 'EPERM') return { wrong: 'permission denied' };
    return { wrong: `it cannot be opened (${String(code ?? 'unknown reason')})` };
  }
}
