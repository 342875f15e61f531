import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics';
import { ExportError, type MetricExporter } from './metric-exporter.ts';

/** Several exports of a large task: more than that means that stdout is not read, and buffered exports would fill the memory. */
const MAX_UNREAD_BYTES = 4_000_000;

/** Prints each export to stdout. */
export function createConsoleExporter({ stdout } = process): MetricExporter {
  const exporter = new ConsoleMetricExporter();
  // The exporter of the SDK ignores errors of stdout, and Node.js never marks stdout as closed.
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure = error;
  };
  stdout.on('error', onError);
  return {
    temporality: 'cumulative',
    async export(metrics) {
      if (stdout.writableLength > MAX_UNREAD_BYTES) {
        throw new ExportError('other', `stdout is not read: ${stdout.writableLength} bytes are waiting`);
      }
      for (const one of metrics) await new Promise((resolve) => exporter.export(one, resolve));
      // Errors are emitted after the write.
      await new Promise(setImmediate);
      if (failure === undefined) return {};
      const error = new ExportError('other', `cannot write to stdout: ${failure.message}`);
      failure = undefined;
      throw error;
    },
    close() {
      stdout.off('error', onError);
      return exporter.shutdown();
    },
  };
}
