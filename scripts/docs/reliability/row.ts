import type { TestReference } from '../test-references.ts';

/** A promise, or a fault and what happens then, with the test that shows it. */
export interface Row extends TestReference {
  /** The fault, or the condition. */
  readonly situation: string;
  readonly behavior: string;
  /** A change to the program with which the test failed. Undefined if none was tried. */
  readonly failsIf?: string;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}
