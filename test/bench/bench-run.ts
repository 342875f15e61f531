import type { Plan } from './plan.ts';
import type { Program } from './program.ts';
import type { Note } from './targets.ts';

/** The input of every measurement. */
export interface Bench {
  readonly plan: Plan;
  readonly program: Program;
  /** Records a figure that has a target. */
  readonly note: Note;
}

/** Writes progress to stderr, because a full run takes minutes. */
export function progress(what: string): void {
  process.stderr.write(`${what}\n`);
}
