import type { Plan } from './plan.ts';
import type { Program } from './program.ts';
import type { Note } from './targets.ts';

/** What every measurement is given. */
export interface Bench {
  readonly plan: Plan;
  readonly program: Program;
  /** Enters a figure that there is a target for. */
  readonly note: Note;
}

/** Says on stderr what is being done: a whole run takes minutes. */
export function progress(what: string): void {
  process.stderr.write(`${what}\n`);
}
