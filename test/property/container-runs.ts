import * as fc from 'fast-check';
import { type Documents, isoOf } from './pipeline.ts';

/** Counters of a container that the task totals include. */
export const COUNTED = ['cpu', 'readBytes', 'writtenBytes', 'reads', 'rxBytes', 'txPackets'] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = Readonly<Record<Counted, bigint>>;

/**
 * When the metadata reports a restart: with the first sample of the new run (`reported`), already with the last sample of the
 * previous run (`early`: the metadata is read after the stats), one poll later (`late`: a request failed), or never
 * (`unreported`).
 */
const REPORT_TIMES = ['reported', 'early', 'late', 'unreported'] as const;

/** What a container does between two polls. */
export type Move =
  | {
      readonly kind: 'grow' | 'restart';
      readonly by: readonly number[];
      readonly waitNs: number;
      readonly reporting: ReportTime;
    }
  /** Nothing new: the endpoint repeats its document. */
  | { readonly kind: 'same' }
  /** No stats. */
  | { readonly kind: 'none' };
type ReportTime = (typeof REPORT_TIMES)[number];

const amounts = fc.tuple(...COUNTED.map(() => fc.oneof(fc.nat({ max: 50 }), fc.nat({ max: 2 ** 31 - 1 }))));

function moving(kind: 'grow' | 'restart'): fc.Arbitrary<Move> {
  return fc.record({
    kind: fc.constant(kind),
    by: amounts,
    waitNs: fc.integer({ min: 1, max: 30_000_000_000 }),
    reporting: fc.constantFrom(...REPORT_TIMES),
  });
}

/** Moves of one container, one per poll. */
export const movesOfOne: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: moving('grow') },
    { weight: 3, arbitrary: moving('restart') },
    { weight: 1, arbitrary: fc.constant<Move>({ kind: 'same' }) },
    { weight: 1, arbitrary: fc.constant<Move>({ kind: 'none' }) },
  ),
  { minLength: 1, maxLength: 14 },
);

/** The sample of a poll, if any. */
export interface Sampled {
  readonly readNs: bigint;
  readonly counts: Counts;
  /** The first sample of a run. */
  readonly isRestart: boolean;
  readonly reporting: ReportTime;
  /** The first sample of a run whose start the metadata reports with it. */
  readonly isReported: boolean;
  /** Includes the counts of previous runs, as the agent sums them for containers with a restart policy. */
  readonly isSummed: boolean;
}

export interface Poll {
  readonly startedNs: bigint;
  readonly hasPolicy: boolean;
  readonly sampled: Sampled | undefined;
}

const ORIGIN_NS = 1_700_000_000_000_000_000n;

/** Simulates the moves: the contents of the documents at each poll. */
export function pollsOf(moves: readonly Move[], hasPolicy = false): readonly Poll[] {
  let startedNs = ORIGIN_NS;
  let reportedNs = startedNs;
  let last: Sampled | undefined;
  const polls: Poll[] = [];
  for (const [at, move] of moves.entries()) {
    const before = last;
    const isMoving = move.kind === 'grow' || move.kind === 'restart';
    const isRestart = move.kind === 'restart' && before !== undefined;
    reportedNs = startedNs;
    if (isRestart && move.reporting !== 'unreported') {
      startedNs = nextStart(before);
      if (move.reporting !== 'late') reportedNs = startedNs;
    }
    if (isMoving) {
      const readNs = (before?.readNs ?? startedNs) + (isRestart ? 1_000_000_000n : 0n) + BigInt(move.waitNs);
      const counts = isRestart && !hasPolicy ? firstOf(move, before.counts) : sumOf(before?.counts, move.by);
      last = { readNs, counts, isRestart, reporting: move.reporting, isReported: false, isSummed: hasPolicy };
    }
    const next = moves[at + 1];
    const isNextEarly = next?.kind === 'restart' && next.reporting === 'early' && last !== undefined;
    const reportedStartNs = isNextEarly ? nextStart(last) : reportedNs;
    if (isRestart && last !== undefined)
      last = { ...last, isReported: move.reporting !== 'unreported' && reportedStartNs === startedNs };
    polls.push({ startedNs: reportedStartNs, sampled: move.kind === 'none' ? undefined : last, hasPolicy });
  }
  return polls;
}

/** Between the last sample of the previous run and the first of the new run. */
function nextStart(last: Sampled | undefined): bigint {
  return (last?.readNs ?? ORIGIN_NS) + 1_000_000_000n;
}

/** Without a new start time, only a lower total shows a restart. */
function firstOf(move: Move & { kind: 'grow' | 'restart' }, before: Counts): Counts {
  const counts = sumOf(undefined, move.by);
  if (move.reporting !== 'unreported' || before.cpu <= 1n) return counts;
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

/** Documents of a bridge task. Each container has its own network namespace. */
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
    // Without online_cpus, so that the CPU capacity does not limit the increase.
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
