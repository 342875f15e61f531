import type { SeriesAttributes } from './metric-definition.ts';

/** What tells the series of one metric apart, whatever the order of their attributes. */
export type SeriesKeys = (attributes: SeriesAttributes) => string;

/** Keys that are made once for each object of attributes. */
export function createSeriesKeys(): SeriesKeys {
  const keys = new WeakMap<SeriesAttributes, string>();
  return (attributes) => {
    let key = keys.get(attributes);
    if (key === undefined) {
      key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
      keys.set(attributes, key);
    }
    return key;
  };
}
