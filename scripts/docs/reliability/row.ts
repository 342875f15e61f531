import type { TestReference } from '../test-references.ts';

/** A guarantee, or a fault and its consequences, with the test that verifies it. */
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
