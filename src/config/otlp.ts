import type { OtlpOptions } from '../../instrumentation/otlp/otlp-exporter.ts';
import { percentEncoded } from './addresses.ts';
import { CLOUDWATCH_MAX_POINTS, cloudWatchRegion } from './cloudwatch.ts';
import { type FileText, pairProblem, parseCertificates, parsePrivateKey } from './files.ts';
import { type ExporterName, headerPairs } from './lists.ts';
import { defaultOf, type Given, type Option, type Parsed, type Parser, problemWith, type Settings } from './option.ts';
import { resolveOtlpAuth, type SigV4Config } from './otlp-auth.ts';
import { OTLP_OPTIONS as OPTIONS } from './otlp-options.ts';

export interface OtlpConfig extends Omit<OtlpOptions, 'authorizer'> {
  /** Undefined if requests are not signed. */
  readonly sigv4?: SigV4Config | undefined;
}

/** The file that an option names; `value` is undefined after a problem with it. */
interface NamedFile<T> {
  readonly option: Given<string>;
  readonly value: T | undefined;
}

/** OTLP's part of the configuration. Files, combinations and proxies are checked only if the exporter `isOn`. */
export function resolveOtlp(settings: Settings, isOn: boolean, readFile: (path: string) => FileText): OtlpConfig {
  function fileOf<T>(option: Option<string>, kind: string, parse: Parser<T>): NamedFile<T> | undefined {
    const given = settings.given(option);
    if (given === undefined || !isOn) return undefined;
    const file = readFile(given.value);
    const parsed: Parsed<T> = 'error' in file ? file : parse(file.text);
    if ('value' in parsed) return { option: given, value: parsed.value };
    const error = `must be a readable ${kind}: ${parsed.error}`;
    settings.report(problemWith('unreadable_file', option, given.source, error));
    return { option: given, value: undefined };
  }
  const certificate = fileOf(OPTIONS.otlpCertificate, 'PEM file', parseCertificates);
  const clientCertificate = fileOf(OPTIONS.otlpClientCertificate, 'PEM file', parseCertificates);
  const clientKey = fileOf(OPTIONS.otlpClientKey, 'PEM file', parsePrivateKey);
  if (clientCertificate !== undefined && clientKey === undefined) {
    reportHalfPair(settings, OPTIONS.otlpClientCertificate, clientCertificate.option, OPTIONS.otlpClientKey.variables);
  }
  if (clientKey !== undefined && clientCertificate === undefined) {
    reportHalfPair(settings, OPTIONS.otlpClientKey, clientKey.option, OPTIONS.otlpClientCertificate.variables);
  }
  if (clientCertificate?.value !== undefined && clientKey?.value !== undefined) {
    const error = pairProblem(clientCertificate.value, clientKey.value, clientCertificate.option.source.name);
    if (error !== undefined) {
      settings.report(problemWith('conflict', OPTIONS.otlpClientKey, clientKey.option.source, error));
    }
  }
  const headersFile = fileOf(OPTIONS.otlpHeadersFile, 'headers file', parseHeadersFile);
  const url = settings.value(OPTIONS.otlpUrl);
  const headers = {
    ...settings.value(OPTIONS.otlpHeaders),
    ...settings.value(OPTIONS.otlpMetricsHeaders),
    ...headersFile?.value,
  };
  const sigv4 = resolveOtlpAuth(settings, { url, headers, isOn });
  const isCloudWatch = cloudWatchRegion(url) !== undefined;
  return {
    protocol: settings.value(OPTIONS.otlpProtocol),
    url: sigv4 === undefined ? url : percentEncoded(url),
    headers,
    sigv4,
    timeoutMs: settings.value(OPTIONS.otlpTimeoutMs),
    compression: settings.value(OPTIONS.otlpCompression),
    temporality: settings.value(OPTIONS.otlpTemporality),
    maxPoints: settings.given(OPTIONS.otlpMaxPoints)?.value ?? (isCloudWatch ? CLOUDWATCH_MAX_POINTS : undefined),
    certificate: certificate?.value?.pem,
    clientCertificate: clientCertificate?.value?.pem,
    clientKey: clientKey?.value?.pem,
    ...(isOn && { proxy: resolveProxy(settings, url) }),
  };
}

/** One pair per line, or commas as in the variable. */
function parseHeadersFile(text: string): ReturnType<typeof headerPairs> {
  const parsed = headerPairs(text.replace(/\r?\n/g, ','));
  return 'error' in parsed ? { error: `it ${parsed.error}` } : parsed;
}

function reportHalfPair(
  settings: Settings,
  option: Option<string>,
  { source }: Given<string>,
  others: readonly string[],
): void {
  settings.report(problemWith('conflict', option, source, `also requires ${others.join(' or ')}`));
}

/**
 * The proxy for a URL, from the standard variables. Only the variable for the URL's scheme is validated: the other one may be
 * meant for other programs.
 *
 * @returns undefined if none is set, and for a loopback address, which a proxy cannot reach.
 */
function resolveProxy(settings: Settings, { protocol, hostname }: URL): OtlpConfig['proxy'] {
  if (isLoopback(hostname)) return undefined;
  const proxy = settings.given(protocol === 'https:' ? OPTIONS.httpsProxy : OPTIONS.httpProxy);
  const noProxy = proxy && settings.given(OPTIONS.noProxy);
  return proxy && { url: proxy.value, noProxy: noProxy?.value };
}

/** `localhost` and its subdomains, 127.0.0.0/8 and ::1. */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * Interval and timeout of exports. A timeout that was set must not exceed the interval; the default one is reduced to it.
 */
export function resolvePushTimes(
  settings: Settings,
  exporters: readonly ExporterName[],
): { readonly exportIntervalMs: number; readonly exportTimeoutMs: number } {
  const exportIntervalMs = settings.value(OPTIONS.exportIntervalMs);
  const timeout = settings.given(OPTIONS.exportTimeoutMs);
  if (exporters.some(hasExportInterval) && timeout !== undefined && timeout.value > exportIntervalMs) {
    const error = `must not exceed the export interval (${exportIntervalMs} ms)`;
    settings.report(problemWith('conflict', OPTIONS.exportTimeoutMs, timeout.source, error));
  }
  const exportTimeoutMs = timeout?.value ?? defaultOf(OPTIONS.exportTimeoutMs);
  return { exportIntervalMs, exportTimeoutMs: Math.min(exportTimeoutMs, exportIntervalMs) };
}

/** False for prometheus, which is scraped, and for statsd, which sends every sample. */
export function hasExportInterval(exporter: ExporterName): boolean {
  return exporter === 'otlp' || exporter === 'console';
}
