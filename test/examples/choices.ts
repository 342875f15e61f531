/** The marks of the example configurations: `#amp|` at the start of a line makes it part of the choice `amp`. */

const MARKS = /^(?:#[a-z-]+\|)+/gm;
const MARK = /#([a-z-]+)\|/g;

/** Every choice that lines of the text belong to. */
export function choicesOf(text: string): ReadonlySet<string> {
  const marks = (text.match(MARKS) ?? []).join('');
  return new Set([...marks.matchAll(MARK)].flatMap(([, choice]) => choice ?? []));
}

/** The text with these choices switched on, in this order: what the `sed` of the files' first lines makes of it. */
export function choose(text: string, ...choices: readonly string[]): string {
  return choices.reduce((chosen, choice) => chosen.replaceAll(new RegExp(`^#${choice}\\|`, 'gm'), ''), text);
}

/** All ways to pick none, some or all of them; each in the order given. */
export function subsetsOf(choices: readonly string[]): readonly (readonly string[])[] {
  const [first, ...rest] = choices;
  if (first === undefined) return [[]];
  return subsetsOf(rest).flatMap((subset) => [subset, [first, ...subset]]);
}
