/** Every name that the documentation may use for a metric or an attribute. */
import { catalogueRows, DEFAULT_SELECTION } from '../../../src/metrics/catalogue.ts';
import { taskIdentity } from '../../../src/metrics/identity.ts';
import { ROW_DEFINITIONS } from '../../../src/metrics/row-instruments.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS, VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { prometheusName } from '../../helpers/prometheus-name.ts';

export interface KnownMetric {
  readonly isCounter: boolean;
  readonly isDefault: boolean;
}

const TASK = {
  cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
  arn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
  family: 'web',
  revision: '42',
  availabilityZone: 'eu-west-1b',
  availabilityZoneId: 'euw1-az2',
  vpcId: 'vpc-0123',
  launchType: 'FARGATE',
  serviceName: 'web',
};

/** By name: in Prometheus, in OpenTelemetry and in DogStatsD. */
export const METRICS: ReadonlyMap<string, KnownMetric> = knownMetrics();

/** Attributes, and the labels that they become in Prometheus. */
export const ATTRIBUTES: ReadonlySet<string> = knownAttributes();

function knownMetrics(): ReadonlyMap<string, KnownMetric> {
  const gauge = { isCounter: false, isDefault: true };
  const known = new Map<string, KnownMetric>([
    ['up', gauge],
    ['target_info', gauge],
  ]);
  for (const [id, row] of catalogueRows()) {
    known.set(id, { isCounter: row.kind === 'counter', isDefault: true });
    for (const vocabulary of VOCABULARIES) {
      for (const metric of Object.values(ROW_DEFINITIONS.get(id)?.[vocabulary] ?? {})) {
        const shown = prometheusName(metric);
        for (const name of [shown, metric.name, shown.replace(/^ecs_task_/, 'ecs_task.')]) {
          const isDefault = DEFAULT_SELECTION.has(id, vocabulary) || known.get(name)?.isDefault === true;
          known.set(name, { isCounter: metric.kind === 'counter', isDefault });
        }
      }
    }
  }
  return known;
}

function knownAttributes(): ReadonlySet<string> {
  const names = new Set(['job', 'instance', 'service.name']);
  for (const [, row] of catalogueRows()) for (const name of Object.keys(row.semconv?.constants ?? {})) names.add(name);
  for (const byVocabulary of Object.values(DIMENSIONS)) {
    for (const name of Object.values(byVocabulary)) names.add(name);
  }
  for (const byPart of Object.values(CONTAINER_ATTRIBUTES)) for (const name of Object.values(byPart)) names.add(name);
  for (const name of Object.keys(taskIdentity(TASK))) names.add(name);
  for (const name of [...names]) names.add(name.replaceAll(/\W/g, '_'));
  return names;
}
