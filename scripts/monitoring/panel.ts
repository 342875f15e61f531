/** One query of a panel. */
export interface Query {
  /** Legend of a series, or the column of a table. */
  readonly legend: string;
  readonly expression: string;
  /** The condition under which the query has results: `on Fargate`. */
  readonly onlyIf: string | undefined;
  /** Columns of tables only. */
  readonly unit?: string;
}

/** The texts, unit and thresholds of a panel. */
export interface PanelText {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  /** Thresholds for yellow and red. */
  readonly thresholds?: readonly [yellow: number, red: number];
  /** Texts for the values 1 (good) and 0. */
  readonly texts?: readonly [one: string, zero: string];
  /** Shown if no query has a result. */
  readonly noValue?: string;
}

export interface Panel extends PanelText {
  readonly kind: 'stat' | 'lines' | 'states' | 'table';
  /** In columns of the 24-column grid. */
  readonly width: number;
  readonly queries: readonly Query[];
  /** Tables only: the labels of the first columns. */
  readonly columns?: readonly TableColumn[];
}

export interface TableColumn {
  readonly label: string;
  readonly title: string;
  /** The path in Grafana that a value links to. */
  readonly link?: string;
}

/** A titled row of panels. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

type QueryRow = readonly [legend: string, expression: string, onlyIf?: string];
type ColumnRow = readonly [title: string, unit: string, expression: string, onlyIf?: string];

/** Thresholds of a fraction of a limit. */
export const NEAR_LIMIT = [0.8, 0.9] as const;

/** One number. */
export function stat(text: PanelText, expression: string): Panel {
  return { ...text, kind: 'stat', width: 4, queries: [{ legend: text.title, expression, onlyIf: undefined }] };
}

/** Lines over time. */
export function lines(width: number, text: PanelText, ...queries: readonly QueryRow[]): Panel {
  return { ...text, kind: 'lines', width, queries: queries.map(queryOf) };
}

/** The periods in which each series is 1. */
export function states(width: number, text: PanelText, ...queries: readonly QueryRow[]): Panel {
  return { ...text, kind: 'states', width, queries: queries.map(queryOf) };
}

/** Current values, with one row for each combination of the label columns. */
export function table(
  { title, description, columns }: Pick<PanelText, 'title' | 'description'> & Pick<Required<Panel>, 'columns'>,
  ...values: readonly ColumnRow[]
): Panel {
  const queries = values.map(([legend, unit, expression, onlyIf]) => ({ legend, unit, expression, onlyIf }));
  return { title, description, unit: 'none', kind: 'table', width: 24, columns, queries };
}

function queryOf([legend, expression, onlyIf]: QueryRow): Query {
  return { legend, expression, onlyIf };
}
