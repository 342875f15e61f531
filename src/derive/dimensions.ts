import type { DimensionName } from '../catalogue/row.ts';
import type { Dimensions } from './view.ts';

/** Dimensions of which some may be unknown. */
export type MaybeDimensions = Readonly<Partial<Record<DimensionName, string | readonly string[] | undefined>>>;

/** Those that are known: an attribute that is unknown is none. */
export function present(dimensions: MaybeDimensions): Dimensions {
  const known: Partial<Record<DimensionName, string | readonly string[]>> = {};
  for (const name in dimensions) {
    if (!isNameOf(name, dimensions)) continue;
    const value = dimensions[name];
    if (value !== undefined) known[name] = value;
  }
  return known;
}

function isNameOf(name: string, dimensions: Readonly<Partial<Record<DimensionName, unknown>>>): name is DimensionName {
  return Object.hasOwn(dimensions, name);
}
