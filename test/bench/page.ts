/** The exporter's own metrics on a page. */
export interface PageFacts {
  readonly series: number;
  /** Values that are not finite numbers. */
  readonly junk: number;
  /** `exporter_status`; NaN if absent. */
  readonly status: number;
  readonly polls: number;
  /** Failed requests to the endpoint, all reasons. */
  readonly pollFailures: number;
  /** Invalid values from the endpoint. */
  readonly invalid: number;
}

/**
 * Reads the Prometheus text format of any program. Without the exporter's own metrics, the status is NaN and sums are
 * 0.
 */
export function readPage(text: string): PageFacts {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      // Label values may contain blanks and braces; the sample's value follows the last brace.
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

/** A good page has status 1, and values that need two samples of a container. */
export function isGoodPage(page: string): boolean {
  return /^\w*exporter_status(?:\{[^}]*\})? 1$/m.test(page) && /^\w*cpu_usage_ratio\{[^}]*\} [\d.e+-]+$/m.test(page);
}

/**
 * Faults after `samples` responses of the endpoint, each of which must be one successful poll; empty if there are none.
 */
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
