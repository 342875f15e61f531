import { isAbsolute, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { serverOptions, type TlsSettings } from '../../instrumentation/http/tls-gate.ts';
import { parseCertificates, parsePrivateKey } from './files.ts';
import {
  CIPHER_SUITES,
  CLIENT_AUTH_TYPES,
  CURVES,
  cipherList,
  OLD_CLIENT_AUTH_TYPES,
  TLS_VERSIONS,
} from './go-names.ts';
import type { Parser } from './option.ts';
import { loadTextFile } from './text-files.ts';
import type { YamlSection } from './yaml-section.ts';

const PEM_KEYS = ['cert', 'key', 'client_ca'] as const;

export const TLS_KEYS = [
  ...PEM_KEYS.flatMap((key) => [key, `${key}_file`]),
  'client_auth_type',
  'client_allowed_sans',
  'min_version',
  'max_version',
  'cipher_suites',
  'prefer_server_cipher_suites',
  'curve_preferences',
];

/** Keys that enable TLS if any of them is set. */
const ENABLING = [...PEM_KEYS.flatMap((key) => [key, `${key}_file`]), 'client_auth_type'];

export interface TlsSection {
  readonly settings: TlsSettings;
  readonly files: readonly string[];
}

/** Reads `tls_server_config`. Undefined for plain HTTP, and after an error. */
export async function readTlsSection(section: YamlSection, folder: string): Promise<TlsSection | undefined> {
  const certificate = await readPem(section, 'cert', folder, parseCertificates);
  const key = await readPem(section, 'key', folder, parsePrivateKey);
  const clientCa = await readPem(section, 'client_ca', folder, parseCertificates);
  const clientAuth = section.text('client_auth_type') || 'NoClientCert';
  const clientCertificates = own({ ...CLIENT_AUTH_TYPES, ...OLD_CLIENT_AUTH_TYPES }, clientAuth);
  const allowedNames = section.list('client_allowed_sans');
  const versions = readVersions(section);
  const suites = readNames(section, 'cipher_suites', CIPHER_SUITES);
  const curves = readNames(section, 'curve_preferences', CURVES);
  const honorCipherOrder = section.boolean('prefer_server_cipher_suites') ?? true;

  if (clientCertificates === undefined) {
    section.report('client_auth_type', `must be ${oneOf(CLIENT_AUTH_TYPES)}`);
  } else if (clientCertificates.includes('verify') && !clientCa.isSet) {
    section.report('client_auth_type', 'requires client_ca_file or client_ca');
  } else if (clientCertificates === 'none' && clientCa.isSet) {
    section.report(clientCa.name, 'has no effect without client_auth_type: RequireAndVerifyClientCert');
  }
  if (allowedNames !== undefined && clientCertificates?.startsWith('require') === false) {
    section.report('client_allowed_sans', 'requires client_auth_type: RequireAndVerifyClientCert');
  }
  if (!ENABLING.some((name) => section.text(name))) return undefined;
  if (!certificate.isSet) section.report(undefined, 'requires cert_file or cert');
  if (!key.isSet) section.report(undefined, 'requires key_file or key');
  if (certificate.value === undefined || key.value === undefined) return undefined;
  if (!certificate.value.first.checkPrivateKey(key.value.key)) {
    section.report(key.name, `does not match the certificate in ${certificate.name}`);
    return undefined;
  }
  if (versions === undefined || clientCertificates === undefined) return undefined;

  const settings: TlsSettings = {
    cert: certificate.value.pem,
    key: key.value.pem,
    clientCa: clientCa.value?.pem,
    clientCertificates,
    allowedNames,
    ...versions,
    ciphers: suites && cipherList(suites),
    honorCipherOrder,
    ecdhCurve: curves?.map((name) => CURVES[name]).join(':'),
  };
  const unusable = contextError(settings);
  if (unusable !== undefined) section.report(undefined, `is rejected by OpenSSL (${unusable})`);
  return { settings, files: [certificate, key, clientCa].flatMap(({ file }) => file ?? []) };
}

interface Pem<T> {
  /** The key that is set. */
  readonly name: string;
  readonly isSet: boolean;
  /** Undefined if unset, and after an error. */
  readonly value?: T | undefined;
  readonly file?: string | undefined;
}

/** A PEM text, inline or in a file. Relative paths are resolved against the folder of the configuration file. */
async function readPem<T>(section: YamlSection, inline: string, folder: string, parse: Parser<T>): Promise<Pem<T>> {
  const name = `${inline}_file`;
  const text = section.text(inline) || undefined;
  const path = section.text(name) || undefined;
  if (text !== undefined && path !== undefined) section.report(inline, `and ${name} cannot both be set`);
  if (path === undefined) {
    const parsed = text === undefined ? undefined : parse(text);
    if (parsed !== undefined && 'error' in parsed) section.report(inline, `must be in PEM format: ${parsed.error}`);
    return { name: inline, isSet: text !== undefined, value: parsed && 'value' in parsed ? parsed.value : undefined };
  }
  const file = isAbsolute(path) ? path : join(folder, path);
  const content = await loadTextFile(file);
  const parsed = 'error' in content ? content : parse(content.text);
  if ('error' in parsed) section.report(name, `must be a readable PEM file: ${parsed.error}`);
  return { name, isSet: true, value: 'value' in parsed ? parsed.value : undefined, file };
}

function readVersions(section: YamlSection): Pick<TlsSettings, 'minVersion' | 'maxVersion'> | undefined {
  const minVersion = own(TLS_VERSIONS, section.text('min_version') || 'TLS12');
  const maxVersion = own(TLS_VERSIONS, section.text('max_version') || 'TLS13');
  if (minVersion === undefined) section.report('min_version', `must be ${oneOf(TLS_VERSIONS)}`);
  if (maxVersion === undefined) section.report('max_version', `must be ${oneOf(TLS_VERSIONS)}`);
  if (minVersion === undefined || maxVersion === undefined) return undefined;
  if (minVersion <= maxVersion) return { minVersion, maxVersion };
  const later = section.has('max_version') ? 'max_version' : 'min_version';
  section.report(later, later === 'max_version' ? 'is below min_version' : 'is above max_version');
  return undefined;
}

/** Undefined if unset or empty, which means the default, and after an error. */
function readNames(
  section: YamlSection,
  key: string,
  known: Readonly<Record<string, string>>,
): readonly string[] | undefined {
  const names = section.list(key) ?? [];
  for (const [index, name] of names.entries()) {
    if (!Object.hasOwn(known, name)) section.report(key, `item ${index + 1} must be ${oneOf(known)}`);
  }
  const isValid = names.length > 0 && names.every((name) => Object.hasOwn(known, name));
  return isValid ? names : undefined;
}

function own<T>(names: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

function oneOf(names: Readonly<Record<string, unknown>>): string {
  const all = Object.keys(names);
  return `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

function contextError(settings: TlsSettings): string | undefined {
  try {
    createSecureContext(serverOptions(settings));
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  }
}
