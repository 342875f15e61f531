import { ExportResultCode } from '@opentelemetry/core';
import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics';
import { ExportError } from './export-error.ts';
import type { MetricExporter } from './metric-exporter.ts';

/** Prints each export to stdout, for a look at what is exported. */
export function createConsoleExporter(): MetricExporter {
  const exporter = new ConsoleMetricExporter();
  return {
    temporality: 'cumulative',
    async export(metrics) {
      for (const one of metrics) {
        const { promise, resolve } = Promise.withResolvers<Error | undefined>();
        exporter.export(one, ({ code, error = new Error('the console exporter failed without an error') }) =>
          resolve(code === ExportResultCode.SUCCESS ? undefined : error),
        );
        const error = await promise;
        if (error !== undefined) return { error: new ExportError('other', error.message) };
      }
      return {};
    },
    close: () => exporter.shutdown(),
  };
}
