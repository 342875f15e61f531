/** Returns the violations of Prometheus' text format 0.0.4 on a page. */
export function brokenRules(page: string): readonly string[] {
  const broken: string[] = [];
  if (!page.endsWith('\n')) broken.push('the last line does not end with a line feed');
  if (page.endsWith('\n\n') || page.startsWith('\n')) broken.push('there are blank lines around the page');
  const state: State = { finished: new Set(), described: new Set(), series: new Set(), family: undefined };
  for (const line of page.slice(0, -1).split('\n'))
    broken.push(...look(line, state).map((wrong) => `${wrong}: ${line}`));
  return broken;
}

interface State {
  /** Families that were followed by another family. */
  readonly finished: Set<string>;
  /** `HELP name`, `TYPE name`. */
  readonly described: Set<string>;
  readonly series: Set<string>;
  family: string | undefined;
}

const DESCRIPTION = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const SERIES = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)$/;

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\[\\"n])*"/g;
const LABELS = /^(?:|\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*",?)*\})$/;

function look(line: string, state: State): readonly string[] {
  if (line === '') return ['a blank line'];
  const [, kind, described, text = ''] = DESCRIPTION.exec(line) ?? [];
  if (kind !== undefined && described !== undefined) {
    const wrong = enter(described, state);
    if (state.described.has(`${kind} ${described}`)) wrong.push(`a second ${kind}`);
    state.described.add(`${kind} ${described}`);
    if (kind === 'TYPE' && !['counter', 'gauge'].includes(text)) wrong.push('an unknown type');
    if (kind === 'TYPE' && (text === 'counter') !== described.endsWith('_total')) wrong.push('_total is for counters');
    return wrong;
  }
  if (line.startsWith('#')) return ['a comment that is neither HELP nor TYPE'];
  const [, name, labels = ''] = SERIES.exec(line) ?? [];
  if (name === undefined) return ['not a series'];
  const wrong = enter(name, state);
  for (const kind of ['HELP', 'TYPE']) if (!state.described.has(`${kind} ${name}`)) wrong.push(`no ${kind} before it`);
  const key = `${name}${sortedLabels(labels)}`;
  if (state.series.has(key)) wrong.push('a second time');
  state.series.add(key);
  const names = LABELS.test(labels) ? [...labels.matchAll(LABEL)].map(([, label]) => label) : [undefined];
  if (names.includes(undefined)) wrong.push('labels that cannot be read');
  if (new Set(names).size < names.length) wrong.push('a label twice');
  return wrong;
}

/** The order of labels is not part of a series' identity. */
function sortedLabels(labels: string): string {
  return [...labels.matchAll(LABEL)]
    .map(([label]) => label)
    .sort()
    .join();
}

/** Reports a family whose lines are not contiguous. */
function enter(name: string, state: State): string[] {
  if (state.family === name) return [];
  if (state.family !== undefined) state.finished.add(state.family);
  state.family = name;
  return state.finished.has(name) ? ['its family stands in two places'] : [];
}
