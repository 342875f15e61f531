import { bursts, type Curve, hash, mix, settling, steady, unit, wave } from './curves.ts';

const MIB = 2 ** 20;

/** Load of a container. Totals are functions of the task's age, so that a restart does not repeat the previous run. */
export interface ContainerLoad {
  readonly cpuSeconds: Curve;
  /** Absent for a container without disk I/O. */
  readonly disk?: { readonly readBytes: Curve; readonly writtenBytes: Curve };
  /** Functions of the container's age: the peak so far, the unused fraction of it, and the page cache. */
  readonly memory: { readonly peakRssBytes: Curve; readonly slack: Curve; readonly cacheBytes: Curve };
}

/** Traffic totals of an interface of the task's network namespace. */
export interface InterfaceLoad {
  readonly rxBytes: Curve;
  readonly rxPackets: Curve;
  readonly txBytes: Curve;
  readonly txPackets: Curve;
}

/**
 * Incoming work of the task. CPU, disk and network derive from it, so that they correlate.
 *
 * 20 to 140 requests per second, with a period of ten minutes. Jobs arrive every minute and take 15 s.
 */
export interface Traffic {
  readonly requests: Curve;
  /** In CPU seconds of the worker. */
  readonly jobs: Curve;
}

export function createTraffic(seed: number): Traffic {
  const phase = 2 * Math.PI * unit(seed, 1);
  return {
    requests: mix(
      [1, wave({ mean: 70, amplitude: 40, periodS: 600, phase })],
      [1, wave({ mean: 0, amplitude: 8, periodS: 47, phase: 2 * phase })],
      [1, bursts(hash(seed, 2), { periodS: 10, amount: 100, spread: 90, from: 0, until: 1 })],
    ),
    jobs: bursts(hash(seed, 3), { periodS: 60, amount: 4, spread: 0.8, from: 0.2, until: 0.45 }),
  };
}

/** 0.1 to 0.5 cores; writes an access log. `share` scales it down. */
export function webLoad(seed: number, traffic: Traffic, share = 1): ContainerLoad {
  return {
    cpuSeconds: mix([0.0035 * share, traffic.requests], [0.02 * share, steady(1)]),
    disk: {
      readBytes: mix([2000 * share, steady(1)]),
      writtenBytes: mix([300 * share, traffic.requests]),
    },
    memory: {
      peakRssBytes: settling(240 * MIB * share, 5),
      slack: swing(seed, 0.14, 240),
      cacheBytes: settling(90 * MIB * share, 300),
    },
  };
}

/** Jobs only: 0.3 cores for 15 s of every minute. */
export function workerLoad(seed: number, traffic: Traffic): ContainerLoad {
  return {
    cpuSeconds: mix([1, traffic.jobs], [0.008, steady(1)]),
    disk: {
      readBytes: mix([6 * MIB, traffic.jobs]),
      writtenBytes: mix([3 * MIB, traffic.jobs]),
    },
    memory: {
      peakRssBytes: settling(180 * MIB, 20),
      slack: swing(seed, 0.4, 60),
      cacheBytes: settling(160 * MIB, 600),
    },
  };
}

/** The exporter: almost idle, with a short burst at every poll. */
export function sidecarLoad(seed: number): ContainerLoad {
  return {
    cpuSeconds: mix(
      [0.001, steady(1)],
      [1, bursts(seed, { periodS: 15, amount: 0.02, spread: 0.01, from: 0, until: 0.06 })],
    ),
    memory: { peakRssBytes: settling(46 * MIB, 3), slack: swing(seed, 0.05, 45), cacheBytes: settling(5 * MIB, 2) },
  };
}

/** Mostly waits for the database. */
export function migrateLoad(seed: number): ContainerLoad {
  return {
    cpuSeconds: steady(0.06),
    disk: { readBytes: steady(0.5 * MIB), writtenBytes: steady(8192) },
    memory: { peakRssBytes: settling(60 * MIB, 2), slack: swing(seed, 0.1, 10), cacheBytes: settling(12 * MIB, 3) },
  };
}

/** Leaks 2.5 MiB a second, so that a run of 88 s comes close to its limit of 256 MiB. */
export function leakyLoad(seed: number): ContainerLoad {
  return {
    cpuSeconds: mix(
      [0.02, steady(1)],
      [1, bursts(seed, { periodS: 7, amount: 0.1, spread: 0.08, from: 0.1, until: 0.9 })],
    ),
    disk: { readBytes: steady(65_536), writtenBytes: steady(4096) },
    memory: {
      peakRssBytes: mix([1, settling(20 * MIB, 1)], [2.5 * MIB, steady(1)]),
      slack: () => 0,
      cacheBytes: settling(3 * MIB, 4),
    },
  };
}

/** On Fargate, eth1 is the interface of the task, and eth0 that of the platform, which only carries logs and metadata. */
export function interfaceLoads(traffic: Traffic): ReadonlyMap<string, InterfaceLoad> {
  const { requests, jobs } = traffic;
  return new Map([
    ['eth0', { rxBytes: steady(180), rxPackets: steady(1.5), txBytes: steady(420), txPackets: steady(1.8) }],
    [
      'eth1',
      {
        rxBytes: mix([850, requests], [200_000, jobs]),
        rxPackets: mix([7, requests], [150, jobs]),
        txBytes: mix([11_500, requests], [60_000, jobs]),
        txPackets: mix([9, requests], [90, jobs]),
      },
    ],
  ]);
}

function swing(seed: number, depth: number, periodS: number): Curve {
  const phase = 2 * Math.PI * unit(seed, 4);
  return (seconds) => (depth / 2) * (1 + Math.sin((2 * Math.PI * seconds) / periodS + phase));
}
