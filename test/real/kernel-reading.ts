import { existsSync, readFileSync } from 'node:fs';

/** Kernel values of a container at one time, the reference for all comparisons. */
export interface KernelReading {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly cpuNs: number;
  /** On cgroup v1 in steps of 10 ms. */
  readonly userNs: number;
  readonly systemNs: number;
  readonly throttling: { readonly periods: number; readonly throttledPeriods: number; readonly throttledNs: number };
  readonly memory: {
    readonly usageBytes: number;
    readonly inactiveFileBytes: number;
    readonly rssBytes: number;
    readonly cacheBytes: number;
  };
  readonly disk: { readonly readBytes: number; readonly writtenBytes: number };
  /** Processes and threads. */
  readonly pids: number;
  /** By interface; without the loopback interface, which the engine does not report. */
  readonly network: ReadonlyMap<string, InterfaceCounters>;
}

export interface InterfaceCounters {
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly txBytes: number;
  readonly txPackets: number;
}

/** Reads cgroup and network files of the container with the main process `pid`. @throws if it has exited. */
export function readKernel(pid: number): KernelReading {
  const groups = cgroupFolders(pid);
  const reading = groups.version === 2 ? readVersion2(groups.folder) : readVersion1(groups.folder);
  return { atMs: Date.now(), ...reading, network: readInterfaces(pid) };
}

/** USER_HZ of all architectures that Node.js supports, as nanoseconds. */
const TICK_NS = 1e7;

type CgroupReading = Omit<KernelReading, 'atMs' | 'network'>;
type Cgroups =
  | { readonly version: 1; readonly folder: (controller: string) => string }
  | { readonly version: 2; readonly folder: string };

/** https://man7.org/linux/man-pages/man7/cgroups.7.html, "/proc/pid/cgroup" */
function cgroupFolders(pid: number): Cgroups {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  const paths = new Map(
    lines.flatMap((line) => {
      const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
      return controllers.split(',').map((controller): [string, string] => [controller, path]);
    }),
  );
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) {
    return { version: 2, folder: `/sys/fs/cgroup${paths.get('') ?? ''}` };
  }
  return { version: 1, folder: (controller) => `/sys/fs/cgroup/${controller}${paths.get(controller) ?? ''}` };
}

function readVersion1(folder: (controller: string) => string): CgroupReading {
  const cpu = keyed(`${folder('cpu')}/cpu.stat`);
  const modes = keyed(`${folder('cpuacct')}/cpuacct.stat`);
  const memory = keyed(`${folder('memory')}/memory.stat`);
  const blkio = folder('blkio');
  // Like the engine, reads the files of the I/O scheduler, and those of the throttle if these are empty.
  const disk = [`${blkio}/blkio.bfq.io_service_bytes_recursive`, `${blkio}/blkio.throttle.io_service_bytes_recursive`]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  const sumOf = (operation: string): number => {
    const pattern = new RegExp(`^\\d+:\\d+ ${operation} (\\d+)$`, 'gm');
    const sums = disk.map((text) => [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0));
    return sums.find((sum) => sum > 0) ?? 0;
  };
  return {
    cpuNs: number(`${folder('cpuacct')}/cpuacct.usage`),
    userNs: modes('user') * TICK_NS,
    systemNs: modes('system') * TICK_NS,
    throttling: {
      periods: cpu('nr_periods'),
      throttledPeriods: cpu('nr_throttled'),
      throttledNs: cpu('throttled_time'),
    },
    memory: {
      usageBytes: number(`${folder('memory')}/memory.usage_in_bytes`),
      inactiveFileBytes: memory('total_inactive_file'),
      rssBytes: memory('rss'),
      cacheBytes: memory('cache'),
    },
    disk: { readBytes: sumOf('Read'), writtenBytes: sumOf('Write') },
    pids: number(`${folder('pids')}/pids.current`),
  };
}

function readVersion2(folder: string): CgroupReading {
  const cpu = keyed(`${folder}/cpu.stat`);
  const memory = keyed(`${folder}/memory.stat`);
  const io = readFileSync(`${folder}/io.stat`, 'utf8');
  const sumOf = (key: string): number =>
    [...io.matchAll(new RegExp(` ${key}=(\\d+)`, 'g'))].reduce((sum, [, value]) => sum + Number(value), 0);
  return {
    cpuNs: cpu('usage_usec') * 1000,
    userNs: cpu('user_usec') * 1000,
    systemNs: cpu('system_usec') * 1000,
    throttling: {
      periods: cpu('nr_periods'),
      throttledPeriods: cpu('nr_throttled'),
      throttledNs: cpu('throttled_usec') * 1000,
    },
    memory: {
      usageBytes: number(`${folder}/memory.current`),
      inactiveFileBytes: memory('inactive_file'),
      rssBytes: memory('anon'),
      cacheBytes: memory('file'),
    },
    disk: { readBytes: sumOf('rbytes'), writtenBytes: sumOf('wbytes') },
    pids: number(`${folder}/pids.current`),
  };
}

function readInterfaces(pid: number): ReadonlyMap<string, InterfaceCounters> {
  const [, , ...lines] = readFileSync(`/proc/${pid}/net/dev`, 'utf8').trim().split('\n');
  return new Map(
    lines.flatMap((line): [string, InterfaceCounters][] => {
      const [name = '', ...columns] = line.trim().split(/[:\s]+/);
      const column = (index: number): number => Number(columns[index]);
      if (name === 'lo') return [];
      return [[name, { rxBytes: column(0), rxPackets: column(1), txBytes: column(8), txPackets: column(9) }]];
    }),
  );
}

function number(file: string): number {
  return Number(readFileSync(file, 'utf8'));
}

/** A file of `key value` lines. */
function keyed(file: string): (key: string) => number {
  const values = new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line): [string, number] => {
        const [key = '', value] = line.split(' ');
        return [key, Number(value)];
      }),
  );
  return (key) => {
    const value = values.get(key);
    if (value === undefined) throw new Error(`no ${key} in ${file}`);
    return value;
  };
}
