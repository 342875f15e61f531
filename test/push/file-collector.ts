/** A Collector that writes exports to a file, without processors. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type OtlpExport, pointsOf } from '../helpers/otlp-export.ts';
import { decodeJson } from '../helpers/otlp-json.ts';
import { type Collector, startCollector } from '../real/collector.ts';
import { until } from '../real/wait.ts';

export interface FileCollector {
  readonly collector: Collector;
  /** The exports since its start, one per line. */
  written(): readonly OtlpExport[];
  /** Waits for the first export of the poll with this number. */
  exportOfPoll(poll: number): Promise<OtlpExport>;
  /** Restarts it after a kill, with an empty file. */
  startAgain(): Promise<void>;
}

/** Ends with the test. */
export async function startFileCollector(t: TestContext): Promise<FileCollector> {
  const collector = await startCollector({
    config: ({ otlpPort, folder }) => ({
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlpPort}` } } } },
      exporters: { file: { path: join(folder, 'metrics.json'), flush_interval: '20ms' } },
      service: { pipelines: { metrics: { receivers: ['otlp'], exporters: ['file'] } } },
    }),
  });
  t.after(() => collector.stop());
  const file = join(collector.places.folder, 'metrics.json');
  let reader = linesOf(file);

  const written = (): readonly OtlpExport[] => reader.lines();
  return {
    collector,
    written,
    exportOfPoll: (poll) =>
      until(`an export of poll ${poll}`, () => written().find((exported) => pollOf(exported) === poll), {
        timeoutMs: 30_000,
      }),
    startAgain: async () => {
      await collector.start();
      reader = linesOf(file);
    },
  };
}

/** The poll number in an export. */
export function pollOf(exported: OtlpExport): number | undefined {
  const [point] = [...pointsOf(exported, 'aws.ecs.exporter.polls'), ...pointsOf(exported, 'ecs_task_exporter_polls')];
  return point?.value;
}

/** Reads the complete lines of a growing file. Each byte is read once, each line decoded once. */
function linesOf(file: string): { lines(): readonly OtlpExport[] } {
  const decoded: OtlpExport[] = [];
  let rest = Buffer.alloc(0);
  let position = 0;
  return {
    lines() {
      const descriptor = openSync(file, 'r');
      try {
        const grown = Buffer.alloc(fstatSync(descriptor).size - position);
        position += readSync(descriptor, grown, 0, grown.length, position);
        rest = Buffer.concat([rest, grown]);
      } finally {
        closeSync(descriptor);
      }
      for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
        decoded.push(decodeJson(rest.subarray(0, end)));
        rest = rest.subarray(end + 1);
      }
      return decoded;
    },
  };
}
