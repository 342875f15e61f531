/** One query of a panel. */
export interface Query {
  readonly expression: string;
  /** Legend of a series, or the column of a table. */
  readonly legend: string;
  /** When the query has results, if that is not always: `on Fargate`. */
  readonly onlyIf?: string;
  /** Columns of tables only. */
  readonly unit?: string;
}

export interface Panel {
  readonly title: string;
  readonly kind: 'stat' | 'lines' | 'states' | 'table';
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Of the 24 columns of the grid. */
  readonly width: number;
  /** Values from which a value is yellow and red. */
  readonly thresholds?: readonly [yellow: number, red: number];
  /** Texts for values. The first is good, the others are not. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Shown if no query has a result. */
  readonly noValue?: string;
  /** Tables only: the labels that become the first columns, by their titles, with a link if a dashboard shows one of them. */
  readonly columns?: readonly TableColumn[];
}

export interface TableColumn {
  readonly label: string;
  readonly title: string;
  /** A path of Grafana. */
  readonly link?: string;
}

/** A titled row of panels. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}
