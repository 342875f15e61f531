import * as fc from 'fast-check';
import { type Documents, isoOf } from './pipeline.ts';

/** Counters of a container that the task adds up: what one poll's document says of each. */
export const COUNTED = ['cpu', 'readBytes', 'writtenBytes', 'reads', 'rxBytes', 'txPackets'] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = Readonly<Record<Counted, bigint>>;

/**
 * How a restart shows: the new StartedAt comes with the first sample of the new life (`told`), already with the last one
 * of the old life (`early`: the metadata is read after the stats), one poll later (`late`: a request failed meanwhile),
 * or never (`untold`).
 */
const TELLINGS = ['told', 'early', 'late', 'untold'] as const;

/** What a container did since the poll before. */
export type Move =
  | {
      readonly kind: 'grow' | 'restart';
      readonly by: readonly number[];
      readonly waitNs: number;
      readonly telling: Telling;
    }
  /** Nothing new: the endpoint repeats its document. */
  | { readonly kind: 'same' }
  /** No stats. */
  | { readonly kind: 'none' };
type Telling = (typeof TELLINGS)[number];

const amounts = fc.tuple(...COUNTED.map(() => fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 2 ** 31 - 1 }))));

function moving(kind: 'grow' | 'restart'): fc.Arbitrary<Move> {
  return fc.record({
    kind: fc.constant(kind),
    by: amounts,
    waitNs: fc.integer({ min: 1, max: 30_000_000_000 }),
    telling: fc.constantFrom(...TELLINGS),
  });
}

/** The moves of one container, one a poll. */
export const movesOfOne: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: moving('grow') },
    { weight: 3, arbitrary: moving('restart') },
    { weight: 1, arbitrary: fc.constant<Move>({ kind: 'same' }) },
    { weight: 1, arbitrary: fc.constant<Move>({ kind: 'none' }) },
  ),
  { minLength: 1, maxLength: 14 },
);

/** A sample that a poll brought, or undefined for none. */
export interface Sampled {
  readonly readNs: bigint;
  readonly counts: Counts;
  /** It is the first of a new life. */
  readonly isRestart: boolean;
  readonly telling: Telling;
  /** The first sample of a life whose start the metadata gives at once. */
  readonly isTold: boolean;
  /** Counts of the lives before are in it, as the agent adds them for containers with a restart policy. */
  readonly isAddedUp: boolean;
}

export interface Poll {
  readonly startedNs: bigint;
  readonly hasPolicy: boolean;
  readonly sampled: Sampled | undefined;
}

const ORIGIN_NS = 1_700_000_000_000_000_000n;

/** Plays the moves: what the documents say at each poll. */
export function pollsOf(moves: readonly Move[], hasPolicy = false): readonly Poll[] {
  let startedNs = ORIGIN_NS;
  let toldNs = startedNs;
  let last: Sampled | undefined;
  const polls: Poll[] = [];
  for (const [at, move] of moves.entries()) {
    const before = last;
    const isMoving = move.kind === 'grow' || move.kind === 'restart';
    const isRestart = move.kind === 'restart' && before !== undefined;
    toldNs = startedNs;
    if (isRestart && move.telling !== 'untold') {
      startedNs = nextStart(before);
      if (move.telling !== 'late') toldNs = startedNs;
    }
    if (isMoving) {
      const readNs = (before?.readNs ?? startedNs) + (isRestart ? 1_000_000_000n : 0n) + BigInt(move.waitNs);
      const counts = isRestart && !hasPolicy ? firstOf(move, before.counts) : sumOf(before?.counts, move.by);
      last = { readNs, counts, isRestart, telling: move.telling, isTold: false, isAddedUp: hasPolicy };
    }
    const next = moves[at + 1];
    const isNextEarly = next?.kind === 'restart' && next.telling === 'early' && last !== undefined;
    const shownNs = isNextEarly ? nextStart(last) : toldNs;
    if (isRestart && last !== undefined) last = { ...last, isTold: move.telling !== 'untold' && shownNs === startedNs };
    polls.push({ startedNs: shownNs, sampled: move.kind === 'none' ? undefined : last, hasPolicy });
  }
  return polls;
}

/** Between the last sample of the old life and the first of the new one. */
function nextStart(last: Sampled | undefined): bigint {
  return (last?.readNs ?? ORIGIN_NS) + 1_000_000_000n;
}

/** Nothing but a lower total tells of a restart without a new start time. */
function firstOf(move: Move & { kind: 'grow' | 'restart' }, before: Counts): Counts {
  const counts = sumOf(undefined, move.by);
  if (move.telling !== 'untold' || before.cpu <= 1n) return counts;
  return { ...counts, cpu: 1n + (counts.cpu % (before.cpu - 1n)) };
}

function sumOf(before: Counts | undefined, by: readonly number[]): Counts {
  const at = (index: number, key: Counted): bigint => (before?.[key] ?? 0n) + BigInt(by[index] ?? 0);
  return {
    cpu: at(0, 'cpu') + (before === undefined ? 1n : 0n),
    readBytes: at(1, 'readBytes'),
    writtenBytes: at(2, 'writtenBytes'),
    reads: at(3, 'reads'),
    rxBytes: at(4, 'rxBytes'),
    txPackets: at(5, 'txPackets'),
  };
}

/** The documents of a bridge task, each container with a network namespace of its own. */
export function documentsOf(polls: ReadonlyMap<string, Poll>): Documents {
  const names = [...polls.keys()];
  return {
    task: {
      TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:task/c/0123456789abcdef0123456789abcdef',
      LaunchType: 'EC2',
      Containers: names.map((name) => ({
        DockerId: `id-of-${name}`,
        Name: name,
        KnownStatus: 'RUNNING',
        StartedAt: isoOf(polls.get(name)?.startedNs ?? ORIGIN_NS),
        ...(polls.get(name)?.hasPolicy && { RestartCount: 0 }),
        Type: 'NORMAL',
        Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [`172.17.0.${name.slice(1)}`] }],
      })),
    },
    stats: Object.fromEntries(names.map((name) => [`id-of-${name}`, statsOf(polls.get(name)?.sampled)])),
  };
}

function statsOf(sampled: Sampled | undefined): unknown {
  if (sampled === undefined) return null;
  const { readNs, counts } = sampled;
  return {
    read: isoOf(readNs),
    // Without online_cpus, so that the capacity of the CPUs does not limit the growth.
    cpu_stats: { cpu_usage: { total_usage: Number(counts.cpu) } },
    memory_stats: { usage: 1 },
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 8, minor: 0, op: 'Read', value: Number(counts.readBytes) },
        { major: 8, minor: 0, op: 'Write', value: Number(counts.writtenBytes) },
      ],
      io_serviced_recursive: [{ major: 8, minor: 0, op: 'Read', value: Number(counts.reads) }],
    },
    networks: { eth0: { rx_bytes: Number(counts.rxBytes), tx_packets: Number(counts.txPackets) } },
  };
}
