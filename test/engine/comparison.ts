import assert from 'node:assert/strict';
import type { ContainerSample, Sample } from '../real/engine-endpoint.ts';
import type { Exposition } from '../real/exposition.ts';
import { COMPARED_VALUES, type ComparedValue, ROUNDING } from './compared-values.ts';

/** A value of the page, with the kernel readings before and after the sample and the value of the engine. */
export interface Row {
  readonly container: string;
  readonly metric: string;
  readonly before: number;
  readonly engine: number;
  readonly exported: number | undefined;
  readonly after: number;
  readonly slack: number;
}

/** All compared values of the containers that were running at the sample. */
export function compare(page: Exposition, sample: Sample): readonly Row[] {
  return [...sample].flatMap(([container, taken]) =>
    taken === undefined
      ? []
      : COMPARED_VALUES.filter((compared) => compared.in?.includes(container) ?? true).map((compared) =>
          rowOf(page, container, taken, compared),
        ),
  );
}

function rowOf(page: Exposition, container: string, taken: ContainerSample, compared: ComparedValue): Row {
  return {
    container,
    metric: compared.metric,
    before: compared.kernel(taken.before),
    engine: compared.engine(taken.document),
    exported: page.value(compared.metric, { container_name: container, ...compared.labels }),
    after: compared.kernel(taken.after),
    slack: compared.slack ?? 0,
  };
}

/**
 * @throws an AssertionError with every value that is missing, differs from the engine, or is outside the range of the two
 * kernel readings.
 */
export function assertTrue(rows: readonly Row[]): void {
  const wrong = rows.filter(({ before, engine, exported, after, slack }) => {
    if (exported === undefined || !(Math.abs(exported - engine) <= ROUNDING)) return true;
    return !(exported >= Math.min(before, after) - slack && exported <= Math.max(before, after) + slack);
  });
  assert.deepEqual(wrong, []);
}

/** The rows as text, one line each. */
export function table(rows: readonly Row[]): string {
  const columns = ['container', 'metric', 'before', 'engine', 'exported', 'after', 'slack'] as const;
  const lines = [columns, ...rows.map((row) => columns.map((column) => `${row[column]}`))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const pad = (cell: string, i: number): string => {
    const width = widths[i] ?? 0;
    return i < 2 ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(pad).join('  ')).join('\n');
}
