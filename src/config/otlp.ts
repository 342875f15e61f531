import * as v from 'valibot';
import type { OtlpConfig } from './config.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';
import { resolveProxy } from './otlp-proxy.ts';
import { wrongCertificates, wrongKey, wrongPair } from './pem.ts';
import { problemWith } from './problem.ts';
import { headerPairs } from './schemas/pairs.ts';
import type { Given, Settings } from './settings.ts';
import type { FileText } from './text-file.ts';

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
