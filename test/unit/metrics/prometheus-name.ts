import type { MetricDefinition } from '../../../instrumentation/metric-definition.ts';

/** What the specification's translation makes of an instrument: a second reading of it. */
export function prometheusName({ name, unit, kind }: MetricDefinition): string {
  const words = name.replaceAll(/[^a-zA-Z0-9]+/g, '_').split('_');
  const units: Readonly<Record<string, string>> = {
    By: 'bytes',
    s: 'seconds',
    ...(kind === 'gauge' && { 1: 'ratio' }),
  };
  const unitWord = units[unit];
  if (unitWord !== undefined && !words.includes(unitWord)) words.push(unitWord);
  if (kind === 'counter') words.push('total');
  return words.join('_');
}
