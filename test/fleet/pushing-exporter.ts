import { readTextFile } from '../../src/config/files.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { type Exporter, startExporter } from '../../src/exporter.ts';
import type { Logger } from '../../src/log/logger.ts';

export interface Push {
  readonly otlpBase: string;
  readonly compression: 'gzip' | 'none';
  readonly exportIntervalMs: number;
}

const DEFAULT_INTERVAL_MS = 15_000;

/** Starts an exporter in this process as `run` does, with the variables of a task. */
export function startPushing(
  metadataUrl: string,
  push: Push,
  { isPaged = false, logger }: { readonly isPaged?: boolean; readonly logger: Logger },
): Promise<Exporter> {
  const resolved = resolveConfig({
    argv: ['run'],
    env: {
      ECS_CONTAINER_METADATA_URI_V4: metadataUrl,
      EXPORTERS: isPaged ? 'prometheus,otlp' : 'otlp',
      METRIC_NAMES: 'semconv',
      // The default without a page.
      INTERVAL: String(Math.min(DEFAULT_INTERVAL_MS, push.exportIntervalMs) / 1000),
      EXPORTER_HOST: '127.0.0.1',
      EXPORTER_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: push.otlpBase,
      OTEL_EXPORTER_OTLP_COMPRESSION: push.compression,
      OTEL_METRIC_EXPORT_INTERVAL: String(push.exportIntervalMs),
    },
    isTTY: false,
    readFile: readTextFile,
  });
  if ('problems' in resolved) throw new Error(resolved.problems.map(({ message }) => message).join('; '));
  return startExporter(resolved.config, logger);
}
