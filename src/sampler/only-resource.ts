import type { ReadingSource } from '../../instrumentation/metric-definition.ts';
import type { TaskIdentity } from '../metrics/identity.ts';
import type { Sampler } from './sampler.ts';

interface TaskReadingSource extends ReadingSource {
  resource(): TaskIdentity;
}

/** The readings of a sampler whose source has only one task. */
export function onlyResource(sampler: Pick<Sampler, 'current'>): TaskReadingSource {
  return {
    current: () => sampler.current()[0]?.readings ?? { byScope: new Map() },
    resource: () => sampler.current()[0]?.resource ?? {},
  };
}
