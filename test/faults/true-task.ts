import { createInvalidValues } from '../../src/snapshot/json-values.ts';
import { timeOf } from '../../src/snapshot/time.ts';
import { shopSetup } from '../bench/simulator/containers.ts';
import { formatInstant, instantAt, NO_TIME } from '../bench/simulator/curves.ts';
import { createSimulatedTask } from '../bench/simulator/simulated-task.ts';
import { at, textAt } from '../real/json.ts';
import { combined, edited, removed } from './json-edit.ts';

/**
 * Form of the simulated task.
 *
 * - `fargate`: as the simulator serves it. One network namespace; a restart changes StartedAt, and counters start at 0.
 * - `ec2`: a bridge network. A restart changes RestartCount and FinishedAt but not StartedAt, and the agent sums CPU, disk and
 *   network over the runs; page faults start at 0.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/4206
 */
export type Shape = 'fargate' | 'ec2';

export interface TrueStats {
  /** The container's run, from 0. */
  readonly run: number;
  readonly readNs: bigint;
  readonly document: unknown;
}

/** The task at one time, without faults. */
export interface TrueMoment {
  /** Number of the sample since the task's start. */
  readonly sample: number;
  readonly task: unknown;
  /** By container name. */
  readonly containers: ReadonlyMap<string, TrueContainer>;
}

export interface TrueContainer {
  readonly id: string;
  readonly hasRestartPolicy: boolean;
  /** Undefined while the container does not run. */
  readonly stats?: TrueStats | undefined;
}

export interface TrueTaskOptions {
  readonly seed: number;
  readonly shape: Shape;
  /** The task's start, Unix milliseconds. */
  readonly originMs: number;
  readonly sampleMs: number;
}

/** Counters that the agent sums over the runs of a container. */
const SUMMED = [['cpu_stats', 'cpu_usage'], ['blkio_stats'], ['networks']] as const;
const PRECPU = ['precpu_stats', 'cpu_usage'] as const;

const sum = (a: number, b: number): number => a + b;

/** Documents and values of the simulated task. Times only go forward. */
export function createTrueTask({ seed, shape, originMs, sampleMs }: TrueTaskOptions): (sinceMs: number) => TrueMoment {
  const simulated = createSimulatedTask({ seed, originMs, sampleMs });
  const containers = shopSetup(seed).containers.map((container, place) => {
    const documents = shape === 'ec2' ? addRuns(place) : (document: unknown) => document;
    const id = textAt(simulated.task(0), 'Containers', place, 'DockerId');
    return { ...container, id, follow: followRuns(documents) };
  });
  let sampled = -1;
  let stats = new Map<string, TrueStats | undefined>();

  return (sinceMs) => {
    const sample = Math.floor(sinceMs / sampleMs);
    for (; sampled < sample; sampled += 1) {
      const documents = simulated.stats((sampled + 1) * sampleMs);
      stats = new Map(containers.map(({ name, id, follow }) => [name, follow(documents[id])]));
    }
    const task = simulated.task(sinceMs);
    return {
      sample,
      task: shape === 'ec2' ? onEc2(task, seed, originMs, sinceMs) : task,
      containers: new Map(
        containers.map(({ name, id, isRestarted = false }) => [
          name,
          { id, hasRestartPolicy: isRestarted, stats: stats.get(name) },
        ]),
      ),
    };
  };
}

/** Numbers the runs of one container: its CPU time decreases only at a restart. */
function followRuns(
  change: (document: unknown, isNewRun: boolean) => unknown,
): (document: unknown) => TrueStats | undefined {
  const invalidValues = createInvalidValues();
  let run = -1;
  let last = Number.POSITIVE_INFINITY;
  return (document) => {
    const total = at(document, 'cpu_stats', 'cpu_usage', 'total_usage');
    const readNs = timeOf(at(document, 'read'), invalidValues);
    if (typeof total !== 'number' || readNs === undefined) return undefined;
    const isNewRun = total < last;
    if (isNewRun) run += 1;
    last = total;
    return { run, readNs, document: change(document, isNewRun) };
  };
}

/** Gives one container its own bridge network, and sums its counters over the runs. */
function addRuns(place: number): (document: unknown, isNewRun: boolean) => unknown {
  const share = (place + 1) / 8;
  let networkAtStart: unknown;
  /** Values of the ended runs, in the order of `SUMMED`. */
  let ended: readonly unknown[] = [];
  let last: unknown;
  return (given, isNewRun) => {
    const network = at(given, 'networks', 'eth1');
    if (isNewRun) {
      networkAtStart = network;
      ended = SUMMED.map((path) => at(last, ...path));
    }
    const eth0 = combined(network, networkAtStart, (now, start) => Math.floor((now - start) * share));
    let document = edited(removed(given, ['network_rate_stats']), ['networks'], () => ({ eth0 }));
    for (const [index, path] of SUMMED.entries()) {
      document = edited(document, path, (now) => combined(now, ended[index], sum));
    }
    if (at(given, 'preread') !== NO_TIME) document = edited(document, PRECPU, (now) => combined(now, ended[0], sum));
    last = document;
    return document;
  };
}

function onEc2(task: unknown, seed: number, originMs: number, sinceMs: number): unknown {
  const { containers } = shopSetup(seed);
  const entries = at(task, 'Containers');
  const shown = (Array.isArray(entries) ? entries : []).map((entry: unknown, place) => {
    const lifetime = containers[place]?.lifetime;
    const run = lifetime?.(sinceMs / 1000);
    const before = run && run.restarts > 0 ? lifetime?.(run.startS - 0.001) : undefined;
    const finished = before && { FinishedAt: formatInstant(instantAt(originMs, before.endS)) };
    const networks = [{ NetworkMode: 'bridge', IPv4Addresses: [`172.17.0.${place + 2}`] }];
    return { ...asObject(entry), StartedAt: at(entry, 'CreatedAt'), ...finished, Networks: networks };
  });
  return { ...asObject(task), LaunchType: 'EC2', Containers: shown };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** A reading of a container's CPU time. */
export interface CpuTime {
  readonly readNs: bigint;
  readonly totalNs: unknown;
}

const TOTAL = ['cpu_usage', 'total_usage'] as const;

export function readingOf({ readNs, document }: TrueStats): CpuTime {
  return { readNs, totalNs: at(document, 'cpu_stats', ...TOTAL) };
}

/** The earlier reading in the same document. */
export function precpuOf(document: unknown): CpuTime | undefined {
  const readNs = timeOf(at(document, 'preread'), createInvalidValues());
  return readNs === undefined ? undefined : { readNs, totalNs: at(document, 'precpu_stats', ...TOTAL) };
}

export function coresBetween(before: CpuTime, now: CpuTime): number {
  return (Number(now.totalNs) - Number(before.totalNs)) / Number(now.readNs - before.readNs);
}
