/** The marks of the example configurations: `#amp|` at the start of a line makes it part of the choice `amp`. */

const MARKS = /^(?:#[a-z-]+\|)+/gm;
const MARK = /#([a-z-]+)\|/g;

/** The choices in a text. */
export function choicesOf(text: string): ReadonlySet<string> {
  const marks = (text.match(MARKS) ?? []).join('');
  return new Set([...marks.matchAll(MARK)].flatMap(([, choice]) => choice ?? []));
}

/** The text with these choices enabled, in this order, as by the `sed` command in the first lines of the files. */
export function choose(text: string, ...choices: readonly string[]): string {
  return choices.reduce((chosen, choice) => chosen.replaceAll(new RegExp(`^#${choice}\\|`, 'gm'), ''), text);
}

/** All subsets, each in the given order. */
export function subsetsOf(choices: readonly string[]): readonly (readonly string[])[] {
  const [first, ...rest] = choices;
  if (first === undefined) return [[]];
  return subsetsOf(rest).flatMap((subset) => [subset, [first, ...subset]]);
}
