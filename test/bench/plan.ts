import { parseArgs } from 'node:util';

/** Parts that can be selected. */
export const PARTS = ['sizes', 'usual', 'push', 'soak', 'peers'] as const;

export type Part = (typeof PARTS)[number];

/** The parts to measure and the number of repetitions. */
export interface Plan {
  readonly parts: readonly Part[];
  /** Whether a missed target is a failure. */
  readonly isChecked: boolean;
  /** @default the bundle */
  readonly file: string | undefined;
  /** @default the image's */
  readonly nodeFlags: readonly string[] | undefined;
  /** Numbers of containers. */
  readonly sizes: readonly number[];
  /** Starts of the program, of an empty program and of a bare server. */
  readonly starts: number;
  /** Scrapes of one sample. */
  readonly warmScrapes: number;
  /** New samples, each scraped once. */
  readonly samples: (containers: number) => number;
  /** Rounds of parallel scrapes. */
  readonly rounds: number;
  /** Idle time before memory is read again. */
  readonly idleSeconds: number;
  /** Intervals of 15 s in real time. */
  readonly usualIntervals: number;
  readonly exports: number;
  readonly soakPolls: number;
  /** Scrapes per peer, and their time limit. */
  readonly peerScrapes: number;
  readonly peerSeconds: number;
}

const QUICK = {
  parts: ['sizes', 'push', 'soak'],
  sizes: [2, 10],
  starts: 2,
  warmScrapes: 200,
  samples: () => 50,
  rounds: 1,
  idleSeconds: 2,
  usualIntervals: 1,
  exports: 100,
  soakPolls: 1_000,
  peerScrapes: 30,
  peerSeconds: 10,
} as const;

/** Tasks above the limit of ECS show how costs grow, with fewer samples. */
const LARGE = 500;

const FULL = {
  parts: PARTS,
  sizes: [2, 10, 50, 1_000],
  starts: 10,
  warmScrapes: 1_000,
  samples: (containers: number) => (containers < LARGE ? 1_000 : 300),
  rounds: 5,
  idleSeconds: 10,
  usualIntervals: 12,
  exports: 1_000,
  soakPolls: 10_000,
  peerScrapes: 300,
  peerSeconds: 60,
} as const;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  only: { type: 'string' },
  soak: { type: 'string' },
  program: { type: 'string' },
  'node-flag': { type: 'string', multiple: true },
  sizes: { type: 'string' },
  samples: { type: 'string' },
} as const;

const LONG_SOAK = '100000';

/** @throws for an unknown option or an invalid number. */
export function readPlan(args: readonly string[]): Plan {
  const { values } = parseArgs({ args: withSoakPolls(args), options: OPTIONS });
  const plan = values.quick ? QUICK : FULL;
  const samples = values.samples === undefined ? undefined : positive(values.samples);
  const asked = values.only?.split(',').map(part) ?? plan.parts;
  return {
    ...plan,
    parts: values.soak === undefined ? asked : ['soak'],
    isChecked: values.check,
    file: values.program,
    nodeFlags: values['node-flag'],
    sizes: values.sizes?.split(',').map(positive) ?? plan.sizes,
    samples: samples === undefined ? plan.samples : () => samples,
    soakPolls: values.soak === undefined ? plan.soakPolls : positive(values.soak),
  };
}

/** The number after `--soak` is optional. */
function withSoakPolls(args: readonly string[]): string[] {
  return args.flatMap((arg, index) =>
    arg === '--soak' && !/^\d/.test(args[index + 1] ?? '') ? [arg, LONG_SOAK] : [arg],
  );
}

function part(text: string): Part {
  const found = PARTS.find((name) => name === text);
  if (found === undefined) throw new RangeError(`no part of the benchmark: ${text} (${PARTS.join(', ')})`);
  return found;
}

function positive(text: string): number {
  const number = Number(text);
  if (!(Number.isSafeInteger(number) && number > 0)) throw new RangeError(`not a number above 0: ${text}`);
  return number;
}
