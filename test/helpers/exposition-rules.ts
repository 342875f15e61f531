/** Returns the violations of Prometheus' text format 0.0.4 on a page. */
export function formatViolations(page: string): readonly string[] {
  const violations: string[] = [];
  if (!page.endsWith('\n')) violations.push('the last line does not end with a line feed');
  if (page.endsWith('\n\n') || page.startsWith('\n')) violations.push('there are blank lines around the page');
  const state: State = { finished: new Set(), described: new Set(), series: new Set(), family: undefined };
  for (const line of page.slice(0, -1).split('\n'))
    violations.push(...checkLine(line, state).map((violation) => `${violation}: ${line}`));
  return violations;
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

function checkLine(line: string, state: State): readonly string[] {
  if (line === '') return ['a blank line'];
  const [, kind, described, text = ''] = DESCRIPTION.exec(line) ?? [];
  if (kind !== undefined && described !== undefined) {
    const violations = startFamily(described, state);
    if (state.described.has(`${kind} ${described}`)) violations.push(`a second ${kind}`);
    state.described.add(`${kind} ${described}`);
    if (kind === 'TYPE' && !['counter', 'gauge'].includes(text)) violations.push('an unknown type');
    if (kind === 'TYPE' && (text === 'counter') !== described.endsWith('_total'))
      violations.push('_total is for counters');
    return violations;
  }
  if (line.startsWith('#')) return ['a comment that is neither HELP nor TYPE'];
  const [, name, labels = ''] = SERIES.exec(line) ?? [];
  if (name === undefined) return ['not a series'];
  const violations = startFamily(name, state);
  for (const kind of ['HELP', 'TYPE'])
    if (!state.described.has(`${kind} ${name}`)) violations.push(`no ${kind} before it`);
  const key = `${name}${sortedLabels(labels)}`;
  if (state.series.has(key)) violations.push('a second time');
  state.series.add(key);
  const names = LABELS.test(labels) ? [...labels.matchAll(LABEL)].map(([, label]) => label) : [undefined];
  if (names.includes(undefined)) violations.push('labels that cannot be read');
  if (new Set(names).size < names.length) violations.push('a label twice');
  return violations;
}

/** The order of labels is not part of a series' identity. */
function sortedLabels(labels: string): string {
  return [...labels.matchAll(LABEL)]
    .map(([label]) => label)
    .sort()
    .join();
}

/** Reports a family whose lines are not contiguous. */
function startFamily(name: string, state: State): string[] {
  if (state.family === name) return [];
  if (state.family !== undefined) state.finished.add(state.family);
  state.family = name;
  return state.finished.has(name) ? ['its family stands in two places'] : [];
}
