import type { Exposition, Series } from '../real/exposition.ts';

/** A series as text: name and sorted labels. */
function keyOf({ name, labels }: Series, textOf: (value: string) => string = (value) => value): string {
  // An empty label equals an absent one.
  const pairs = [...labels].filter(([, value]) => value !== '').map(([label, value]) => `${label}=${textOf(value)}`);
  return `${name}{${pairs.sort().join(',')}}`;
}

/** Invalid characters of a tag are `_`. */
const asTag = (value: string): string => value.replace(/[|,#@\r\n]/g, '_');

const isOurs = ({ name }: Series): boolean => name.startsWith('ecs_task_');

/** Returns the differences between the page and the agent's values of one sample. */
export function differences(page: Exposition, received: Exposition): readonly string[] {
  const expected = new Map(page.series.filter(isOurs).map((one) => [keyOf(one, asTag), one.value]));
  const found = new Map(received.series.filter(isOurs).map((one) => [keyOf(one), one.value]));
  const keys = new Set([...expected.keys(), ...found.keys()]);
  return [...keys].flatMap((key) => {
    const values = [expected.get(key), found.get(key)];
    return values[0] === values[1] ? [] : [`${key}: ${values[0]} on the page, ${values[1]} received`];
  });
}
