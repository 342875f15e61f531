import type { Reading } from '../instrumentation/metric-definition.ts';
import { createResourceBuilder } from '../instrumentation/resource.ts';
import type { Config } from './config/config.ts';
import type { Logger } from './log/logger.ts';
import { createTransitions, type Transitions } from './log/transitions.ts';
import type { Sampler } from './sampler/sampler.ts';
import type { EndpointError } from './sources/ecs-task/endpoint-error.ts';
import { createSampler, createTaskEndpoint, createTaskPoller, createTelemetry, serviceOf } from './wiring.ts';

export interface OnceResult {
  /** Whether the sample could be taken. */
  readonly ok: boolean;
  /** What goes to stdout, with its last line feed. */
  readonly text: string;
  /** Why it is not ok. */
  readonly reason?: string;
}

/**
 * Takes one sample and gives it back as text; starts no server and no export. The vocabularies are those of the
 * Prometheus exporter, whatever exporters are configured. Warnings go to the logger.
 */
export async function takeOnce(config: Config, format: 'prometheus' | 'json', logger: Logger): Promise<OnceResult> {
  const all = createTransitions({ logger });
  // A failed poll is the result of the command, which reports it.
  const transitions: Transitions = {
    ...all,
    failing: (event, ...told) => {
      if (event !== 'poll') all.failing(event, ...told);
    },
  };
  const local: Config = { ...config, exporters: ['prometheus'] };
  const endpoint = createTaskEndpoint(config);
  const poll = await createTaskPoller(config, endpoint, transitions, { waitsForTags: true });
  let failure: EndpointError | undefined;
  const watched: typeof poll = async () => {
    const result = await poll();
    if (result.snapshot?.hasStats !== true) failure = result.failures[0];
    return result;
  };
  const sampler = createSampler(local, watched, logger, transitions);
  try {
    await sampler.poll();
    const text = format === 'json' ? asJson(local, sampler) : await asPage(local, sampler, transitions);
    if (failure !== undefined) return { ok: false, text, reason: `${failure.code}: ${failure.message}` };
    return { ok: true, text };
  } finally {
    endpoint.close();
  }
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
function asJson(config: Config, sampler: Sampler): string {
  const resource = createResourceBuilder(serviceOf(config))(sampler.resource());
  const metrics = new Map<string, { readonly points: object[] }>();
  for (const readings of sampler.current().byScope.values()) for (const reading of readings) addPoint(metrics, reading);
  return `${JSON.stringify({ resource: resource.attributes, metrics: [...metrics.values()] }, undefined, 2)}\n`;
}

function addPoint(metrics: Map<string, { readonly points: object[] }>, { metric, attributes, value }: Reading): void {
  let entry = metrics.get(metric.name);
  if (entry === undefined) {
    entry = { ...metric, points: [] };
    metrics.set(metric.name, entry);
  }
  entry.points.push({ attributes, value });
}
