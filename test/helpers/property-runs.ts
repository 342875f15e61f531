import { env } from 'node:process';

/**
 * How many cases a property is tried on, and which. `npm test` tries the same ones each time, so that it does not fail by
 * chance; with PROPERTY_FACTOR set (`npm run test:search`) it is so many times as many, drawn at random.
 */
export function propertyRuns(count = 100): { readonly numRuns: number; readonly seed?: number } {
  const factor = env['PROPERTY_FACTOR'];
  return factor === undefined ? { numRuns: count, seed: 1 } : { numRuns: count * Number(factor) };
}
