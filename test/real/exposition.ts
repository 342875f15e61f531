/** One line of a Prometheus page. */
export interface Series {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface Exposition {
  readonly series: readonly Series[];
  /** The value of the only series with this name and at least these labels; undefined if there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** All series with these labels. */
  having(labels: Readonly<Record<string, string>>): readonly Series[];
}

/**
 * Parses the Prometheus text format, version 0.0.4, independently of the serializer under test.
 *
 * @throws for a line that violates the format.
 */
export function parseExposition(page: string): Exposition {
  const series = page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseSeries);
  const having = (labels: Readonly<Record<string, string>>): readonly Series[] => {
    const wanted = Object.entries(labels);
    return series.filter((one) => wanted.every(([name, value]) => one.labels.get(name) === value));
  };
  return {
    series,
    having,
    value(name, labels = {}) {
      const [found, other] = having(labels).filter((one) => one.name === name);
      if (other !== undefined) throw new Error(`more than one ${name} with ${JSON.stringify(labels)}`);
      return found?.value;
    },
  };
}

const head = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{)?/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|\})/y;
const tail = /^ ([^ ]+)(?: (-?\d+))?$/;

function parseSeries(line: string): Series {
  const start = head.exec(line);
  const name = start?.[1];
  if (start === null || name === undefined) throw new Error(`not a series: ${line}`);
  const labels = new Map<string, string>();
  let position = start[0].length;
  if (start[2] !== undefined) {
    for (let separator: string | undefined = ','; separator === ','; ) {
      label.lastIndex = position;
      const [whole, key, escaped, next] = label.exec(line) ?? [];
      if (whole === undefined || key === undefined || escaped === undefined) throw new Error(`bad label in: ${line}`);
      if (labels.has(key)) throw new Error(`label ${key} twice in: ${line}`);
      labels.set(key, unescapeValue(escaped));
      position += whole.length;
      separator = next;
    }
  }
  const text = tail.exec(line.slice(position))?.[1];
  if (text === undefined) throw new Error(`no value in: ${line}`);
  return { name, labels, value: parseValue(text, line) };
}

function unescapeValue(escaped: string): string {
  return escaped.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function parseValue(text: string, line: string): number {
  const special = { '+Inf': Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY, NaN: Number.NaN };
  for (const [name, value] of Object.entries(special)) if (text === name) return value;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new Error(`not a number in: ${line}`);
  return value;
}
