import { env } from 'node:process';

/**
 * Number and seed of a property's cases. `npm test` uses the same cases each time. With PROPERTY_FACTOR (`npm run test:search`)
 * the number is multiplied and the cases are random.
 */
export function propertyRuns(count = 100): { readonly numRuns: number; readonly seed?: number } {
  const factor = env['PROPERTY_FACTOR'];
  return factor === undefined ? { numRuns: count, seed: 1 } : { numRuns: count * Number(factor) };
}
