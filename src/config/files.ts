import type { KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import type { Parsed } from './option.ts';

/** The text of a file, or why it cannot be read. */
export type FileText = { readonly text: string } | { readonly error: string };

/** Certificates and headers are a few kilobytes. */
const MAX_FILE_BYTES = 1_048_576;

/** Reads a small text file. Never throws. */
export function readTextFile(path: string): FileText {
  try {
    return unsuitable(statSync(path)) ?? { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return unreadable(error);
  }
}

/** Why a file is not read. Undefined for a small regular file. */
export function unsuitable(stats: Stats): { readonly error: string } | undefined {
  if (!stats.isFile()) return { error: 'it is not a regular file' };
  return stats.size > MAX_FILE_BYTES ? { error: 'it is larger than 1 MiB' } : undefined;
}

/** Why a file cannot be read, from an error of the file system. */
export function unreadable(error: unknown): { readonly error: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return { error: 'it does not exist' };
  if (code === 'EACCES' || code === 'EPERM') return { error: 'permission denied' };
  return { error: `it cannot be opened (${String(code ?? 'unknown reason')})` };
}

/** Loaded only if there is a file to check: it is a large part of Node.js. */
const crypto = () => process.getBuiltinModule('node:crypto');

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

export interface Certificates {
  readonly pem: string;
  /** The certificate that a private key must match. */
  readonly first: X509Certificate;
}

export interface PrivateKey {
  readonly pem: string;
  readonly key: KeyObject;
}

/** Parses all certificates of a PEM file. */
export function parseCertificates(pem: string): Parsed<Certificates> {
  const blocks = pem.match(CERTIFICATE) ?? [];
  const begun = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g)?.length ?? 0;
  if (blocks.length > 0 && begun > blocks.length) return { error: 'a certificate is truncated' };
  let first: X509Certificate | undefined;
  for (const [index, block] of blocks.entries()) {
    const certificate = attempt(() => new (crypto().X509Certificate)(block));
    if (certificate === undefined) return { error: `certificate ${index + 1} cannot be parsed` };
    first ??= certificate;
  }
  return first === undefined ? { error: 'it contains no PEM certificate' } : { value: { pem, first } };
}

export function parsePrivateKey(pem: string): Parsed<PrivateKey> {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    return { error: 'the key is encrypted, and passphrases are not supported' };
  }
  const key = attempt(() => crypto().createPrivateKey(pem));
  return key === undefined ? { error: 'it contains no PEM private key' } : { value: { pem, key } };
}

/** Why TLS cannot use the key with the certificates, as the end of a sentence about the key; undefined if it can. */
export function pairProblem(certificates: Certificates, { pem, key }: PrivateKey, name: string): string | undefined {
  if (!certificates.first.checkPrivateKey(key)) return `does not match the certificate in ${name}`;
  try {
    process.getBuiltinModule('node:tls').createSecureContext({ cert: certificates.pem, key: pem });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return `cannot be used for TLS with the certificate in ${name} (${code})`;
  }
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
