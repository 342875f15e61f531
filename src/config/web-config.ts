import { dirname } from 'node:path';
import type { RateLimit, SecuritySettings } from '../../instrumentation/http/port-security.ts';
import { durationMs } from './go-names.ts';
import { loadTextFile } from './text-files.ts';
import { readTlsSection, TLS_KEYS } from './web-config-tls.ts';
import { readYaml, type YamlSection } from './yaml-section.ts';

/** The content of a web configuration file. */
export interface WebConfig {
  readonly path: string;
  /** The file itself and the files that it names. */
  readonly files: readonly string[];
  readonly settings: SecuritySettings;
  /** True if the file enables HTTP/2. */
  readonly isHttp2Wanted: boolean;
}

export interface UnreadableWebConfig {
  readonly unreadable: string;
}

/** All errors of the file, without secrets. */
export interface WebConfigErrors {
  readonly errors: readonly string[];
}

const SECTIONS = ['tls_server_config', 'http_server_config', 'basic_auth_users', 'rate_limit'];

/** Each header with the values that the exporter toolkit allows; an empty list allows any. */
const HEADERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Strict-Transport-Security', []],
  ['X-Content-Type-Options', ['nosniff']],
  ['X-Frame-Options', ['deny', 'sameorigin']],
  ['X-XSS-Protection', []],
  ['Content-Security-Policy', []],
]);

/** A check takes 2 s at this cost, and twice as long at the next one. */
const MAX_COST = 14;

/**
 * Reads a file in the format of Prometheus' exporter toolkit. An empty file is valid. Never rejects.
 *
 * @see https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
 */
export async function readWebConfig(path: string): Promise<WebConfig | UnreadableWebConfig | WebConfigErrors> {
  const file = await loadTextFile(path);
  if ('error' in file) return { unreadable: `cannot be read: ${file.error}` };
  const errors: string[] = [];
  const report = (error: string): void => void errors.push(error);
  const root = readYaml(file.text, SECTIONS, report);
  if (root === undefined) return { errors };
  const http = root.section('http_server_config', ['http2', 'headers']);
  const tls = await readTlsSection(root.section('tls_server_config', TLS_KEYS), dirname(path));
  const settings: SecuritySettings = {
    tls: tls?.settings,
    users: readUsers(root.section('basic_auth_users', 'any')),
    rateLimit: readRateLimit(root.section('rate_limit', ['interval', 'burst'])),
    headers: readHeaders(http.section('headers', [...HEADERS.keys()])),
  };
  const isHttp2Wanted = http.boolean('http2') ?? false;
  if (errors.length > 0) return { errors };
  return { path, files: [path, ...(tls?.files ?? [])], settings, isHttp2Wanted };
}

/** Names and values as in the file, without blank ones. */
function readHeaders(section: YamlSection): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, allowed] of HEADERS) {
    // Block scalars end with a line feed, and Go sends line feeds as spaces.
    const value = section
      .text(name)
      ?.replace(/[\r\n]+/g, ' ')
      .trim();
    if (value === undefined || value === '') continue;
    if (allowed.length > 0 && !allowed.includes(value)) section.report(name, `must be ${allowed.join(' or ')}`);
    else if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) headers[name.toLowerCase()] = value;
    else section.report(name, 'must be Latin-1 text');
  }
  return headers;
}

function readUsers(section: YamlSection): ReadonlyMap<string, string> {
  const users = new Map<string, string>();
  for (const [user, hash] of section.entries()) {
    const cost = Number(/^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1]);
    if (user.includes(':')) section.report(user, 'must not contain a colon');
    if (Number.isNaN(cost)) section.report(user, 'must be a bcrypt hash: $2y$, cost, $ and 53 characters');
    else if (cost < 4 || cost > MAX_COST)
      section.report(user, `must be a bcrypt hash with a cost from 4 to ${MAX_COST}`);
    else users.set(user, hash);
  }
  return users;
}

function readRateLimit(section: YamlSection): RateLimit | undefined {
  const interval = section.text('interval');
  const burst = section.text('burst') ?? '0';
  const intervalMs = interval === undefined ? 0 : durationMs(interval);
  if (intervalMs === undefined) section.report('interval', 'must be a duration such as 1s, 500ms or 1m30s');
  const isCount = /^\d{1,9}$/.test(burst);
  if (!isCount) section.report('burst', 'must be a whole number');
  if (intervalMs === undefined || intervalMs === 0 || !isCount) return undefined;
  if (Number(burst) > 0) return { intervalMs, burst: Number(burst) };
  section.report('burst', 'must be at least 1 if interval is set: 0 rejects every request');
  return undefined;
}
