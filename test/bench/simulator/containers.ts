import { hash, unit } from './curves.ts';
import {
  type ContainerLoad,
  createTraffic,
  leakyLoad,
  migrateLoad,
  sidecarLoad,
  type Traffic,
  webLoad,
  workerLoad,
} from './load-model.ts';

/** A container of the simulated task: its task definition and its load. */
export interface SimulatedContainer {
  readonly name: string;
  readonly image: string;
  /** CPU units of the task definition; 2 if unset, as the agent reports it. */
  readonly cpuUnits: number;
  /** Hard limit in MiB; absent if the task definition sets none. */
  readonly memoryMib?: number;
  readonly lifetime: RunSchedule;
  readonly load: ContainerLoad;
  /** Exit code of its runs. */
  readonly exitCode?: number;
  /** Has a restart policy: reports RestartCount and restarts after it exits. */
  readonly isRestarted?: boolean;
  /** Has a health check. */
  readonly isChecked?: boolean;
}

export interface SimulatedSetup {
  readonly traffic: Traffic;
  readonly containers: readonly SimulatedContainer[];
}

const REGISTRY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';

/** The task of a web shop: a server, a worker, this exporter, a completed migration, and a container that runs out of memory. */
export function shopSetup(seed: number): SimulatedSetup {
  const traffic = createTraffic(seed);
  const containers: readonly SimulatedContainer[] = [
    {
      name: 'web',
      image: `${REGISTRY}/shop/web:2.14.0`,
      cpuUnits: 512,
      memoryMib: 1024,
      lifetime: forever(14.108_356_271),
      load: webLoad(hash(seed, 10), traffic),
      isChecked: true,
    },
    {
      name: 'worker',
      image: `${REGISTRY}/shop/worker:2.14.0`,
      cpuUnits: 256,
      lifetime: forever(14.411_902_644),
      load: workerLoad(hash(seed, 11), traffic),
    },
    {
      name: 'ecs-container-exporter',
      image: `${REGISTRY}/ecs-container-exporter:3`,
      cpuUnits: 2,
      memoryMib: 96,
      lifetime: forever(0.402_718_553),
      load: sidecarLoad(hash(seed, 12)),
    },
    {
      name: 'migrate',
      image: `${REGISTRY}/shop/migrate:2.14.0`,
      cpuUnits: 2,
      lifetime: once(1.217_640_389, 13.530_227_716),
      load: migrateLoad(hash(seed, 13)),
      exitCode: 0,
    },
    {
      name: 'flaky',
      image: `${REGISTRY}/shop/recommendations:0.3.1`,
      cpuUnits: 128,
      memoryMib: 256,
      lifetime: again(15.204_771_938, 90.013_482_756, 88.004_921_17),
      load: leakyLoad(hash(seed, 14)),
      exitCode: 137,
      isRestarted: true,
    },
  ];
  return { traffic, containers };
}

/**
 * `count` identical web servers (`web-001`, ...) that share one task's CPU and memory. ECS allows ten; benchmarks use more.
 */
export function replicaSetup(seed: number, count: number): SimulatedSetup {
  const traffic = createTraffic(seed);
  const digits = Math.max(3, String(count).length);
  const containers = Array.from({ length: count }, (_, index): SimulatedContainer => {
    const ownSeed = hash(seed, 20, index);
    return {
      name: `web-${String(index + 1).padStart(digits, '0')}`,
      image: `${REGISTRY}/shop/web:2.14.0`,
      cpuUnits: 2,
      lifetime: forever(1 + 2 * unit(ownSeed)),
      load: webLoad(ownSeed, createTraffic(ownSeed), 1.8 / count),
    };
  });
  return { traffic, containers };
}

/** One run of a container, in seconds since the task's start. */
export interface Run {
  /** Number of previous restarts. */
  readonly restarts: number;
  readonly startS: number;
  /** End of the run; Infinity if it never ends. */
  readonly endS: number;
}

/** Returns the current run, otherwise the last one, otherwise the first one. */
export type RunSchedule = (seconds: number) => Run;

export function forever(startS: number): RunSchedule {
  return () => ({ restarts: 0, startS, endS: Number.POSITIVE_INFINITY });
}

/** A container that completes its work and exits. */
export function once(startS: number, endS: number): RunSchedule {
  return () => ({ restarts: 0, startS, endS });
}

/** A container with a restart policy that exits `runS` after each start and restarts every `everyS`. */
export function again(startS: number, everyS: number, runS: number): RunSchedule {
  return (seconds) => {
    const restarts = Math.max(0, Math.floor((seconds - startS) / everyS));
    const thisStartS = startS + restarts * everyS;
    return { restarts, startS: thisStartS, endS: thisStartS + runS };
  };
}

/** The run that has stats at `seconds`; undefined before the start and after the end. */
export function runAt(lifetime: RunSchedule, seconds: number): Run | undefined {
  const run = lifetime(seconds);
  return run.startS <= seconds && seconds < run.endS ? run : undefined;
}
