import * as v from 'valibot';
import type { ExporterName, OtlpConfig } from './config.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';
import { problemWith } from './problem.ts';
import { headerPairs } from './schemas/pairs.ts';
import type { Given, Settings } from './settings.ts';
import { type FileText, wrongCertificates, wrongKey, wrongPair } from './text-files.ts';

type ReadFile = (path: string) => FileText;

/** The OTLP exporter's part. Values are always checked; files and pairs of options only when it `isOn`. */
export function resolveOtlp(settings: Settings, isOn: boolean, readFile: ReadFile): OtlpConfig {
  /** The text of the file that an option names; a problem where it is not what it should be. */
  const textOf = (option: Option<string>, kind: string, wrongText: (text: string) => string | undefined) => {
    const file = settings.given(option);
    if (file === undefined || !isOn) return undefined;
    const read = readFile(file.value);
    const wrong = 'wrong' in read ? read.wrong : wrongText(read.text);
    if ('text' in read && wrong === undefined) return { file, text: read.text };
    settings.report(problemWith('unreadable_file', option, file.source, `must be a readable ${kind}: ${wrong}`));
    return { file, text: undefined };
  };
  const certificate = textOf(OPTIONS.otlpCertificate, 'PEM file', wrongCertificates);
  const clientCertificate = textOf(OPTIONS.otlpClientCertificate, 'PEM file', wrongCertificates);
  const clientKey = textOf(OPTIONS.otlpClientKey, 'PEM file', wrongKey);
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    reportHalfPair(settings, OPTIONS.otlpClientCertificate, clientCertificate?.file, OPTIONS.otlpClientKey.otel);
    reportHalfPair(settings, OPTIONS.otlpClientKey, clientKey?.file, OPTIONS.otlpClientCertificate.otel);
  }
  if (clientCertificate?.text !== undefined && clientKey?.text !== undefined) {
    const wrong = wrongPair(clientCertificate.text, clientKey.text);
    if (wrong !== undefined) {
      const whole = `${wrong} that ${clientCertificate.file.source.name} names`;
      settings.report(problemWith('conflict', OPTIONS.otlpClientKey, clientKey.file.source, whole));
    }
  }
  const headersFile = textOf(OPTIONS.otlpHeadersFile, 'file of headers', (text) => wrongHeaders(text));
  const url = settings.value(OPTIONS.otlpUrl);
  return {
    protocol: settings.value(OPTIONS.otlpProtocol),
    url,
    headers: {
      ...settings.value(OPTIONS.otlpHeaders),
      ...settings.value(OPTIONS.otlpMetricsHeaders),
      ...(headersFile?.text !== undefined && headersIn(headersFile.text)),
    },
    timeoutMs: settings.value(OPTIONS.otlpTimeoutMs),
    compression: settings.value(OPTIONS.otlpCompression),
    temporality: settings.value(OPTIONS.otlpTemporality),
    certificate: certificate?.text,
    clientCertificate: clientCertificate?.text,
    clientKey: clientKey?.text,
    ...(isOn && { proxyEnv: resolveProxy(settings, url) }),
  };
}

/** A line each, or with commas as in the variable. */
function parseHeaders(text: string) {
  return v.safeParse(headerPairs, text.replace(/\r?\n/g, ','));
}

/** The words of the schema never repeat what it was given. */
function wrongHeaders(text: string): string | undefined {
  const parsed = parseHeaders(text);
  return parsed.success ? undefined : `it ${parsed.issues[0].message}`;
}

function headersIn(text: string): Readonly<Record<string, string>> {
  const parsed = parseHeaders(text);
  return parsed.success ? parsed.output : {};
}

function reportHalfPair(
  settings: Settings,
  option: Option<string>,
  given: Given<string> | undefined,
  others: readonly string[],
): void {
  if (given === undefined) return;
  settings.report(problemWith('conflict', option, given.source, `needs ${others.join(' or ')} as well`));
}

/**
 * The proxy for an address, from the standard variables. Only the variable for the scheme of the address is validated: the
 * other one may be meant for other programs.
 *
 * @returns undefined if none is set, and for a loopback address, which a proxy cannot reach.
 */
export function resolveProxy(settings: Settings, url: string): OtlpConfig['proxyEnv'] {
  const { protocol, hostname } = new URL(url);
  if (isLoopback(hostname)) return undefined;
  const [name, option] =
    protocol === 'https:'
      ? (['HTTPS_PROXY', OPTIONS.httpsProxy] as const)
      : (['HTTP_PROXY', OPTIONS.httpProxy] as const);
  const proxy = settings.given(option);
  if (proxy === undefined) return undefined;
  const noProxy = settings.given(OPTIONS.noProxy);
  // curl accepts an address without a scheme, too.
  const address = proxy.value.includes('://') ? proxy.value : `http://${proxy.value}`;
  if (!/^https?:\/\//i.test(address) || !hasDecodableCredentials(address)) {
    const wrong =
      'must be an http:// or https:// address, with %25 for a % in its password; NO_PROXY names the receivers that are reached without it';
    settings.report(problemWith('invalid_value', option, proxy.source, wrong));
    return undefined;
  }
  return { [name]: address, ...(noProxy && { NO_PROXY: noProxy.value }) };
}

/** Node.js decodes user and password, and throws at a `%` that begins no code. False for a text that is no address, too. */
function hasDecodableCredentials(address: string): boolean {
  try {
    const { username, password } = new URL(address);
    decodeURIComponent(`${username}${password}`);
    return true;
  } catch {
    return false;
  }
}

/** `localhost` and its subdomains, 127.0.0.0/8 and ::1. */
function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * How often is exported and how long that may take. The SDK's reader refuses a timeout beyond the interval: one that
 * was given is a mistake then, the default one gives way.
 */
export function resolvePushTimes(
  settings: Settings,
  exporters: readonly ExporterName[],
): { readonly exportIntervalMs: number; readonly exportTimeoutMs: number } {
  const exportIntervalMs = settings.value(OPTIONS.exportIntervalMs);
  const timeout = settings.given(OPTIONS.exportTimeoutMs);
  const isPushing = exporters.some(hasOwnInterval);
  if (isPushing && timeout !== undefined && timeout.value > exportIntervalMs) {
    const wrong = `must not be more than the export interval, ${exportIntervalMs} ms`;
    settings.report(problemWith('conflict', OPTIONS.exportTimeoutMs, timeout.source, wrong));
  }
  const exportTimeoutMs = timeout?.value ?? Number(OPTIONS.exportTimeoutMs.default);
  return { exportIntervalMs, exportTimeoutMs: Math.min(exportTimeoutMs, exportIntervalMs) };
}

/** Prometheus is asked, and statsd sends each sample. */
export function hasOwnInterval(exporter: ExporterName): boolean {
  return exporter === 'otlp' || exporter === 'console';
}
