import { escaped } from '../../instrumentation/sanitize-text.ts';
import { bytesText, coresText, NONE, percentText } from './format.ts';
import type { Status, TaskStatus, UsageStatus } from './status.ts';

const HEADINGS = [
  'CONTAINER',
  'STATUS',
  'HEALTH',
  'CPU',
  'CPU%',
  'MEMORY / LIMIT',
  'MEM%',
  'NET IN / OUT',
  'DISK READ / WRITTEN',
];
const TEXT_COLUMNS = new Set([0, 1, 2]);
const SEPARATOR = '  ';
const MIN_NAME_WIDTH = 9;
/** Without a terminal, and for one that reports 0 columns, as those of `docker exec -t` can. */
const DEFAULT_WIDTH = 120;

/**
 * The containers of each task as a table for a terminal. Tasks without a sample are omitted. Network and disk are totals, since
 * rates need two samples. Names are truncated to the width, and a narrow terminal omits the last columns.
 */
export function statusTable({ tasks }: Status, columns = 0): string {
  const width = columns === 0 ? DEFAULT_WIDTH : columns;
  const known = tasks.filter(({ knownStatus, containers }) => knownStatus !== undefined || containers.length > 0);
  return known.map((task) => taskTable(task, width)).join('\n');
}

function taskTable(task: TaskStatus, width: number): string {
  const rows = [
    HEADINGS,
    ...task.containers.map((container) => [
      escaped(container.name),
      shown(container.knownStatus),
      shown(container.health),
      ...usageTexts(container),
    ]),
    ['task total', shown(task.knownStatus), '', ...usageTexts(task)],
  ];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? ''))));
  const fitting = columnsWithin(widths, width);
  const others = fitting.slice(1).reduce((sum, one) => sum + SEPARATOR.length + one, 0);
  const names = Math.max(MIN_NAME_WIDTH, Math.min(widths[0] ?? 0, width - others));
  const lines = rows.map((row) =>
    fitting
      .map((own, column) =>
        column === 0
          ? pad(cut(row[0] ?? '', names), names, true)
          : pad(row[column] ?? '', own, TEXT_COLUMNS.has(column)),
      )
      .join(SEPARATOR)
      .trimEnd(),
  );
  return `${cut(titleOf(task), width)}\n\n${lines.join('\n')}\n`;
}

/** Widths of the columns that fit if the names are cut. */
function columnsWithin(widths: readonly number[], width: number): readonly number[] {
  let total = MIN_NAME_WIDTH;
  const end = widths.findIndex((own, column) => {
    if (column > 0) total += SEPARATOR.length + own;
    return total > width;
  });
  return end === -1 ? widths : widths.slice(0, Math.max(1, end));
}

function usageTexts({ cpu, memory, network, disk }: UsageStatus): readonly string[] {
  return [
    coresText(cpu.cores),
    percentText(cpu.utilization),
    pair(memory.workingSetBytes, memory.limitBytes),
    percentText(memory.utilization),
    pair(network.receivedBytes, network.transmittedBytes),
    pair(disk.readBytes, disk.writtenBytes),
  ];
}

function pair(one: number | undefined, other: number | undefined): string {
  return one === undefined && other === undefined ? NONE : `${bytesText(one)} / ${bytesText(other)}`;
}

function shown(text: string | undefined): string {
  return text === undefined ? NONE : escaped(text);
}

/** `Task shop:42, FARGATE, eu-west-1a`, and the ARN. */
function titleOf({ resource }: TaskStatus): string {
  const family = resource['aws.ecs.task.family'];
  const revision = resource['aws.ecs.task.revision'];
  const facts = [
    family === undefined ? undefined : `${family}${revision === undefined ? '' : `:${revision}`}`,
    resource['aws.ecs.launchtype']?.toUpperCase(),
    resource['cloud.availability_zone'],
    resource['aws.ecs.task.id'],
  ].filter((fact) => fact !== undefined);
  return escaped(['Task', facts.join(', ')].join(' ').trim());
}

function lengthOf(text: string): number {
  return [...text].length;
}

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function pad(text: string, width: number, isText: boolean): string {
  const spaces = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return isText ? text + spaces : spaces + text;
}
