import { parseArgs } from 'node:util';

/** What is measured, and how often. */
export interface Plan {
  /** The program's entry file. */
  readonly program: string;
  /** V8 and Node options of the program. */
  readonly nodeFlags: readonly string[];
  /** Numbers of containers. */
  readonly sizes: readonly number[];
  /** Starts of the program, of an empty one and of a bare server. */
  readonly starts: number;
  /** Scrapes of one and the same sample. */
  readonly warmScrapes: number;
  /** Samples that are scraped once each; they come once a second. */
  readonly samples: number;
  /** Rounds of parallel scrapes. */
  readonly rounds: number;
}

const QUICK = { starts: 2, warmScrapes: 200, samples: 3, rounds: 1 };
const FULL = { starts: 10, warmScrapes: 1_000, samples: 60, rounds: 5 };

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  program: { type: 'string', default: 'src/cli/bin.ts' },
  sizes: { type: 'string', default: '2,10,50,1000' },
  samples: { type: 'string' },
  'node-flag': { type: 'string', multiple: true },
} as const;

/** @throws for an option that does not exist, and for a number that is none. */
export function readPlan(args: readonly string[]): Plan {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const counts = values.quick ? QUICK : FULL;
  return {
    ...counts,
    program: values.program,
    nodeFlags: values['node-flag'] ?? [],
    sizes: values.sizes.split(',').map(positive),
    samples: values.samples === undefined ? counts.samples : positive(values.samples),
  };
}

function positive(text: string): number {
  const number = Number(text);
  if (!(Number.isSafeInteger(number) && number > 0)) throw new RangeError(`not a number above 0: ${text}`);
  return number;
}
