import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { hashSync } from 'bcryptjs';
import { readWebConfig, type WebConfig } from '../../src/config/web-config.ts';
import { type Pem, pemFile } from './tls-receiver.ts';

/** A cheap hash. */
export const hashOf = (password: string): string => hashSync(password, 4);

/** A folder with a web configuration file and the files that it names. */
export interface WebConfigFolder {
  readonly path: string;
  write(text: string): void;
  /** Copies a certificate or key of test/fixtures/tls. */
  copy(pem: Pem, name: string): void;
}

/** `cert.pem`, `key.pem` and `ca.pem` are in the folder, which is removed with the test. */
export function webConfigFolder(t: Pick<TestContext, 'after'>, text: string): WebConfigFolder {
  const folder = mkdtempSync(join(tmpdir(), 'web-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'web.yml');
  const copy = (pem: Pem, name: string): void => copyFileSync(pemFile(pem), join(folder, name));
  copy('server', 'cert.pem');
  copy('server-key', 'key.pem');
  copy('ca', 'ca.pem');
  const write = (changed: string): void => writeFileSync(path, changed);
  write(text);
  return { path, write, copy };
}

/** Reads a valid file. */
export async function webConfigOf(t: Pick<TestContext, 'after'>, text: string): Promise<WebConfig> {
  const read = await readWebConfig(webConfigFolder(t, text).path);
  if (!('settings' in read)) throw new Error(JSON.stringify(read));
  return read;
}

/** TLS with the certificate of the folder. */
export const TLS = `tls_server_config:
  cert_file: cert.pem
  key_file: key.pem
`;
