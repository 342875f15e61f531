/** Loaded only where there is something to check: it is a large part of Node. */
const crypto = () => process.getBuiltinModule('node:crypto');

const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** What is wrong with a file of PEM certificates, as the end of a sentence; `undefined` if nothing is. */
export function wrongCertificates(pem: string): string | undefined {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return 'it holds no certificate in PEM form';
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

/** Whether the key is that of the first certificate. Both have been found readable. */
export function isPair(certificatePem: string, keyPem: string): boolean {
  const certificate = certificateOf(certificatePem.match(CERTIFICATE)?.[0] ?? '');
  const key = keyOf(keyPem);
  return certificate !== undefined && key !== undefined && certificate.checkPrivateKey(key);
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
