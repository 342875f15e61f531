import type { Reading, ReadingSource } from '../instrumentation/metric-definition.ts';
import { createResourceBuilder } from '../instrumentation/resource.ts';
import { escapedJson } from '../instrumentation/sanitize-text.ts';
import type { Config } from './config/config.ts';
import type { Logger } from './log/logger.ts';
import { createTransitions, type Transitions } from './log/transitions.ts';
import { onlyResource, type Sampler } from './sampler/sampler.ts';
import type { EndpointError } from './sources/ecs-task/endpoint-error.ts';
import { createRecorder } from './status-page.ts';
import { createSampler, createTaskSource, createTelemetry, serviceOf } from './wiring.ts';

export interface OnceResult {
  /** Whether the poll succeeded. */
  readonly ok: boolean;
  /** The output, with a final line feed. */
  readonly text: string;
  /** The error if not ok. */
  readonly reason?: string;
}

export interface OnceOutput {
  readonly format: 'prometheus' | 'json' | 'table';
  /** Columns of the terminal, for the table. @default 120 */
  readonly width?: number | undefined;
}

/**
 * Takes one sample and returns it as text, without a server or an export. Uses the vocabularies of the Prometheus exporter,
 * regardless of the configured exporters.
 */
export async function takeOnce(config: Config, { format, width }: OnceOutput, logger: Logger): Promise<OnceResult> {
  const all = createTransitions({ logger });
  // The command itself reports a failed poll.
  const transitions: Transitions = {
    ...all,
    failing: (event, ...details) => {
      if (event !== 'poll') all.failing(event, ...details);
    },
  };
  const local: Config = { ...config, exporters: ['prometheus'] };
  const source = await createTaskSource(config, transitions, { waitsForTags: true });
  let failure: EndpointError | undefined;
  const sampler = createSampler(local, source, logger, transitions, (isSuccessful, failures) => {
    if (!isSuccessful) failure = failures[0];
  });
  try {
    await sampler.poll();
    const text = await textOf();
    if (failure !== undefined) return { ok: false, text, reason: `${failure.code}: ${failure.message}` };
    return { ok: true, text };
  } finally {
    source.close();
  }

  async function textOf(): Promise<string> {
    if (format === 'json') return asJson(local, onlyResource(sampler));
    return format === 'table' ? asTable(local, sampler, width) : asPage(local, sampler, transitions);
  }
}

async function asTable(config: Config, sampler: Sampler, width: number | undefined): Promise<string> {
  const { statusTable } = await import('./status/table.ts');
  return statusTable(createRecorder(config, sampler, { hasHistory: false }).current(), width);
}

async function asPage(
  config: Config,
  sampler: Sampler,
  transitions: ReturnType<typeof createTransitions>,
): Promise<string> {
  const telemetry = await createTelemetry(config, sampler, transitions);
  const page = await telemetry.page?.();
  await telemetry.shutdown(0);
  const text = page?.body.toString() ?? '';
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** `{resource, metrics: [{name, kind, unit, description, points: [{attributes, value}]}]}` */
function asJson(config: Config, source: ReadingSource): string {
  const resource = createResourceBuilder(serviceOf(config))(source.resource());
  const metrics = new Map<string, { readonly points: object[] }>();
  for (const readings of source.current().byScope.values()) for (const reading of readings) addPoint(metrics, reading);
  return `${escapedJson({ resource: resource.attributes, metrics: [...metrics.values()] }, 2)}\n`;
}

function addPoint(metrics: Map<string, { readonly points: object[] }>, { metric, attributes, value }: Reading): void {
  let entry = metrics.get(metric.name);
  if (entry === undefined) {
    entry = { ...metric, points: [] };
    metrics.set(metric.name, entry);
  }
  entry.points.push({ attributes, value });
}
