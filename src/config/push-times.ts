import type { ExporterName } from './config.ts';
import { OPTIONS } from './options.ts';
import { problemWith } from './problem.ts';
import type { Settings } from './settings.ts';

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
