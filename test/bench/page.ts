/** What a page of the exporter says of itself. */
export interface PageFacts {
  readonly series: number;
  /** Values that are not finite numbers. */
  readonly junk: number;
  /** `exporter_status`; NaN where there is none. */
  readonly status: number;
  readonly polls: number;
  /** Failed requests to the endpoint, of all reasons. */
  readonly pollFailures: number;
  /** Values of the endpoint that could not be taken. */
  readonly invalid: number;
}

/** Reads Prometheus' text format, of any program: what only the exporter has is NaN, or 0 for its lists, elsewhere. */
export function readPage(text: string): PageFacts {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      // A label's value may have blanks and braces; the sample's own value is what stands after the last brace.
      const end = line.includes('{') ? line.lastIndexOf('}') + 1 : line.indexOf(' ');
      const name = line.slice(0, Math.min(end, line.includes('{') ? line.indexOf('{') : end));
      return { name, value: Number(line.slice(end).trim().split(' ')[0]) };
    });
  const valuesOf = (ending: string): number[] =>
    samples.filter(({ name }) => name.endsWith(`exporter_${ending}`)).map(({ value }) => value);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    series: samples.length,
    junk: samples.filter(({ value }) => !Number.isFinite(value)).length,
    status: valuesOf('status')[0] ?? Number.NaN,
    polls: valuesOf('polls_total')[0] ?? Number.NaN,
    pollFailures: sum(valuesOf('poll_failures_total')),
    invalid: sum(valuesOf('invalid_values_total')),
  };
}

/** A good page says so itself, and has values that only a container with two readings has. */
export function isGoodPage(page: string): boolean {
  return /^\w*exporter_status(?:\{[^}]*\})? 1$/m.test(page) && /^\w*cpu_usage_ratio\{[^}]*\} [\d.e+-]+$/m.test(page);
}

/** What is wrong after `samples` answers of the endpoint, each of which was to be one good poll; nothing when all is well. */
export function pageFaults(page: PageFacts, samples: number): readonly string[] {
  const { junk, status, polls, pollFailures, invalid } = page;
  return [
    ...(status === 1 ? [] : [`exporter_status is ${status}`]),
    ...(junk === 0 ? [] : [`${junk} values are NaN`]),
    ...(polls === samples ? [] : [`${polls} polls of ${samples} samples`]),
    ...(pollFailures === 0 ? [] : [`${pollFailures} requests failed`]),
    ...(invalid === 0 ? [] : [`${invalid} values were invalid`]),
  ];
}
