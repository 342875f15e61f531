import { unit } from '../bench/simulator/curves.ts';
import { at, listAt } from '../real/json.ts';
import { CONTAINER_FAULTS, type ContainerFault, STATS_FAULTS, type StatsFailure } from './faults.ts';
import { edited } from './json-edit.ts';
import { createTrueTask, type TrueMoment, type TrueTaskOptions } from './true-task.ts';

/** Responses of the endpoint at one sample, and the true state. */
export interface Served {
  readonly truth: TrueMoment;
  readonly task: unknown;
  readonly stats: StatsFailure | { readonly body: unknown };
  /** Name of the current fault. */
  readonly fault?: string | undefined;
}

export interface FaultyTask {
  /** A sample always has the same fault. */
  serve(sinceMs: number): Served;
  /** From now on, no fault starts. */
  stopFaults(): void;
  /** Number of samples with each fault. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface FaultyTaskOptions extends TrueTaskOptions {
  /** Probability that a fault starts at a sample. */
  readonly rate: number;
}

interface Episode {
  readonly name: string;
  samplesLeft: number;
  readonly apply: (truth: TrueMoment) => Pick<Served, 'task' | 'stats'>;
}

/** Good samples between two faults: the sample after a decrease shows whether it was a reset. */
const CALM_SAMPLES = 2;
/** Probability of a fault at the first sample, and at the first sample of a run. */
const AT_START = 0.5;

/** The simulated task with seeded faults of kinds 1 to 3; restarts (kind 4) are part of the simulator. */
export function createFaultyTask({ rate, ...options }: FaultyTaskOptions): FaultyTask {
  const { seed, shape } = options;
  const truthAt = createTrueTask(options);
  const counts = new Map<string, number>();
  const runs = new Map<string, number>();
  let served: Served | undefined;
  let step = 0;
  let calmSamples = 0;
  let isStopped = false;
  let episode: Episode | undefined;

  const random = (...place: readonly number[]): number => unit(seed, 90, step, ...place);
  const pick = <T>(from: readonly T[], place: number): T => {
    const item = from[Math.floor(random(place) * from.length)];
    if (item === undefined) throw new RangeError('an empty list');
    return item;
  };

  function startEpisode(truth: TrueMoment, restarted: string | undefined): Episode {
    const isFirst = step === 0;
    // Where counters start at 0, a low value is valid.
    const isFirstOfRun = isFirst || (restarted !== undefined && shape === 'fargate');
    const samplesLeft = 1 + Math.floor(2 * random(1));
    const kind = restarted === undefined ? random(2) : 0;
    if (kind > 0.8) {
      const { name, answer } = pick(STATS_FAULTS, 3);
      return { name, samplesLeft, apply: ({ task }) => ({ task, stats: answer }) };
    }
    const running = [...truth.containers].filter(([, { stats }]) => stats !== undefined).map(([name]) => name);
    const target = restarted ?? pick(running, 4);
    if (kind > 0.75 && !isFirst) {
      const name = 'container missing in /task';
      return { name, samplesLeft, apply: (now) => ({ task: withoutContainer(now.task, target), stats: statsOf(now) }) };
    }
    const possible = CONTAINER_FAULTS.filter(
      ({ name, canBeFirst }) => (canBeFirst || !isFirstOfRun) && (shape === 'ec2' || name !== 'network decreases'),
    );
    const fault = pick(possible, 5);
    const container = truth.containers.get(target);
    // A low value above 0 could belong to a new run.
    const factor = container?.hasRestartPolicy ? 0 : pick([0, 0.1, 0.5, 0.9], 6);
    const first = container?.stats?.document;
    const apply: Episode['apply'] = (now) => ({
      task: now.task,
      stats: statsOf(now, { target, fault, first, factor }),
    });
    return { name: fault.name, samplesLeft, apply };
  }

  /** The name of a container that restarted before this sample. */
  function restartedOf({ containers }: TrueMoment): string | undefined {
    let restarted: string | undefined;
    for (const [name, { stats }] of containers) {
      if (stats === undefined) continue;
      const before = runs.get(name);
      if (before !== undefined && before < stats.run) restarted = name;
      runs.set(name, stats.run);
    }
    return restarted;
  }

  function next(truth: TrueMoment): Served {
    const restarted = restartedOf(truth);
    const probability = step === 0 || restarted !== undefined ? AT_START : rate;
    if (restarted !== undefined && shape === 'fargate') episode = undefined;
    const mayStart = !isStopped && (step === 0 || calmSamples >= CALM_SAMPLES);
    if (episode === undefined && mayStart && random(0) < probability) episode = startEpisode(truth, restarted);
    step += 1;
    if (episode === undefined) {
      calmSamples += 1;
      return { truth, task: truth.task, stats: statsOf(truth) };
    }
    const { name: fault, apply } = episode;
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    calmSamples = 0;
    episode.samplesLeft -= 1;
    if (episode.samplesLeft === 0) episode = undefined;
    return { truth, ...apply(truth), fault };
  }

  return {
    serve(sinceMs) {
      const truth = truthAt(sinceMs);
      if (served?.truth.sample !== truth.sample) served = next(truth);
      return served;
    },
    stopFaults() {
      isStopped = true;
    },
    counts,
  };
}

interface AppliedFault {
  readonly target: string;
  readonly fault: ContainerFault;
  readonly first: unknown;
  readonly factor: number;
}

function statsOf({ containers }: TrueMoment, applied?: AppliedFault): { readonly body: unknown } {
  const entries = [...containers].map(([name, { id, stats }]): [string, unknown] => {
    const isFaulty = applied?.target === name && stats !== undefined;
    const document = stats?.document ?? null;
    return [id, isFaulty ? applied.fault.apply(document, applied.first ?? document, applied.factor) : document];
  });
  return { body: Object.fromEntries(entries.filter(([, document]) => document !== undefined)) };
}

function withoutContainer(task: unknown, name: string): unknown {
  return edited(task, ['Containers'], () => listAt(task, 'Containers').filter((entry) => at(entry, 'Name') !== name));
}
