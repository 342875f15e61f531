import { type Html, html } from './html.ts';

/** The used fraction of a limit. Usage above the limit is shown as 100%. */
export function bar(fraction: number | undefined, hasWarnings = false): Html {
  if (fraction === undefined) return html``;
  const width = Math.min(100, Math.max(0, fraction * 100)).toFixed(1);
  const level = !hasWarnings || fraction < 0.8 ? '' : fraction < 0.95 ? ' warn' : ' bad';
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="4"/><rect class="fill${level}" width="${width}" height="4"/></svg>`;
}

/** One unit is ten seconds of the last 15 minutes. */
const WIDTH = 90;
const HEIGHT = 24;
const SECONDS_PER_UNIT = 10;

/**
 * A line chart of the last 15 minutes, from 0 to its maximum. Missing values interrupt the line.
 *
 * @param format for the text alternative
 */
export function line(
  name: string,
  values: readonly (number | null)[] | undefined,
  secondsAgo: readonly number[] | undefined,
  format: (value: number) => string,
): Html {
  if (values === undefined || secondsAgo === undefined) return html``;
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return html``;
  const max = known.reduce((most, value) => Math.max(most, value), 0);
  const runs = runsOf(values, secondsAgo, max);
  const strokes = runs.map((run) => `M${run.join('L')}`).join('');
  const areas = runs.map((run) => `M${xOf(run[0])} ${HEIGHT}L${run.join('L')}L${xOf(run.at(-1))} ${HEIGHT}Z`).join('');
  const min = known.reduce((least, value) => Math.min(least, value));
  const label = `${name}, last 15 minutes: ${format(min)} to ${format(max)}`;
  return html`<svg class="line" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="area" d="${areas}"/><path class="stroke" d="${strokes}"/></svg>`;
}

/** Points `x y` without gaps, at most one per unit of the width. */
function runsOf(
  values: readonly (number | null)[],
  secondsAgo: readonly number[],
  max: number,
): readonly (readonly string[])[] {
  const runs: string[][] = [];
  let run: string[] = [];
  let lastX = Number.NaN;
  for (const [at, value] of values.entries()) {
    if (value === null) {
      run = [];
      continue;
    }
    const x = Math.max(0, Math.round(WIDTH - (secondsAgo[at] ?? 0) / SECONDS_PER_UNIT));
    const y = (HEIGHT - 1.5 - (max === 0 ? 0 : value / max) * (HEIGHT - 3)).toFixed(1);
    if (run.length === 0) runs.push(run);
    if (run.length > 0 && x === lastX) run.pop();
    run.push(`${x} ${y}`);
    lastX = x;
  }
  return runs;
}

function xOf(point: string | undefined): string {
  return point?.split(' ', 1)[0] ?? '0';
}
