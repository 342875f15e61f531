import type { OtlpConfig } from './config.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';
import { problemWith } from './problem.ts';
import type { Given, Settings } from './settings.ts';

/** The OTLP exporter's part. Values are always checked; files and pairs of options only when it `isOn`. */
export function resolveOtlp(
  settings: Settings,
  isOn: boolean,
  checkFile: (path: string) => string | undefined,
): OtlpConfig {
  const readable = (option: Option<string>): Given<string> | undefined => {
    const file = settings.given(option);
    const why = file === undefined || !isOn ? undefined : checkFile(file.value);
    if (file === undefined || why === undefined) return file;
    settings.report(problemWith('unreadable_file', option, file.source, `must be a readable PEM file: ${why}`));
    return file;
  };
  const certificate = readable(OPTIONS.otlpCertificate);
  const clientCertificate = readable(OPTIONS.otlpClientCertificate);
  const clientKey = readable(OPTIONS.otlpClientKey);
  if (isOn && (clientCertificate === undefined) !== (clientKey === undefined)) {
    reportHalfPair(settings, OPTIONS.otlpClientCertificate, clientCertificate, OPTIONS.otlpClientKey.otel);
    reportHalfPair(settings, OPTIONS.otlpClientKey, clientKey, OPTIONS.otlpClientCertificate.otel);
  }
  const headers = settings.value(OPTIONS.otlpHeaders);
  const metricsHeaders = settings.value(OPTIONS.otlpMetricsHeaders);
  return {
    protocol: settings.value(OPTIONS.otlpProtocol),
    url: settings.value(OPTIONS.otlpUrl),
    headers: { ...headers, ...metricsHeaders },
    timeoutMs: settings.value(OPTIONS.otlpTimeoutMs),
    compression: settings.value(OPTIONS.otlpCompression),
    temporality: settings.value(OPTIONS.otlpTemporality),
    certificateFile: certificate?.value,
    clientCertificateFile: clientCertificate?.value,
    clientKeyFile: clientKey?.value,
  };
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
