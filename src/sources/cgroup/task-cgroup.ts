import { join } from 'node:path';
import type { Transitions } from '../../log/transitions.ts';
import type { TaskCgroup, TaskSnapshot } from '../../snapshot/snapshot.ts';
import { CGROUP_FAILURES, type CgroupFailure } from '../task-source.ts';
import {
  type CgroupDirectories,
  type CgroupFileSystem,
  containerDirectory,
  findDirectories,
  realFiles,
  taskIdOf,
} from './file-system.ts';
import { type CgroupHistory, updateCgroup } from './history.ts';
import { type KernelFile, type KernelValues, VERSION_1, VERSION_1_KILLS, VERSION_2 } from './kernel-files.ts';

/** The result of one reading. */
export interface CgroupOutcome {
  readonly cgroup?: TaskCgroup | undefined;
  /** Why values are missing. */
  readonly failures: readonly CgroupFailure[];
}

/** Reads the cgroup of the task, which the metadata endpoint does not report. */
export interface TaskCgroupReader {
  /** Never rejects, and takes little longer than its deadline. */
  read(snapshot: TaskSnapshot): Promise<CgroupOutcome>;
}

export interface TaskCgroupOptions {
  /** Where the host's `/sys/fs/cgroup` is mounted. */
  readonly root: string;
  readonly transitions: Transitions;
  /** @default the real ones */
  readonly files?: CgroupFileSystem;
  /** @default 500 */
  readonly deadlineMs?: number;
  /** Time until the next search for a cgroup that was not found. @default 60000 */
  readonly searchAgainMs?: number;
  /** @default performance.now */
  readonly monotonicMs?: () => number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly wallMs?: () => number;
}

/** Where the cgroup of a task is. */
interface Location {
  readonly taskId: string;
  /** Empty if it was not found. */
  readonly directories: CgroupDirectories;
  readonly searchedAtMs: number;
}

/**
 * A read that hangs is not awaited, and no other read starts until it has ended: it occupies a thread of Node's pool, which
 * cannot be cancelled and which DNS lookups need too.
 */
export function createTaskCgroupReader(options: TaskCgroupOptions): TaskCgroupReader {
  const { root, transitions, files = realFiles, deadlineMs = 500, searchAgainMs = 60_000 } = options;
  const { monotonicMs = () => performance.now(), wallMs = () => Date.now() } = options;
  let location: Location | undefined;
  let history: CgroupHistory | undefined;
  let pending: Promise<CgroupContent | undefined> | undefined;

  const messages: Readonly<Record<CgroupFailure, string>> = {
    not_found: `no cgroup of this task below ${root}: mount the /sys/fs/cgroup of the EC2 instance there (Fargate has none)`,
    unreadable: `cannot read the cgroup of this task below ${root}: check the mount and its permissions`,
    malformed: `unexpected content in the cgroup of this task below ${root}: check that a cgroup file system is mounted there`,
    timeout: `the file system at ${root} did not respond within ${deadlineMs} ms`,
  };

  async function directoriesOf(taskId: string): Promise<CgroupDirectories> {
    const nowMs = monotonicMs();
    if (location?.taskId !== taskId) history = undefined;
    else if (location.directories.size > 0 || nowMs - location.searchedAtMs < searchAgainMs)
      return location.directories;
    const directories = await findDirectories(files, root, taskId);
    location = { taskId, directories, searchedAtMs: nowMs };
    return directories;
  }

  /** Undefined if the root cannot be read. */
  async function contentOf(
    taskId: string,
    containerIds: readonly string[],
    signal: AbortSignal,
  ): Promise<CgroupContent | undefined> {
    try {
      return await readFiles(files, await directoriesOf(taskId), containerIds, signal);
    } catch {
      return undefined;
    }
  }

  async function readTask(taskId: string, containerIds: readonly string[]): Promise<CgroupOutcome> {
    if (pending !== undefined) return { failures: ['timeout'] };
    const abort = new AbortController();
    pending = contentOf(taskId, containerIds, abort.signal).finally(() => {
      pending = undefined;
    });
    const content = await withDeadline(pending, deadlineMs);
    if (content === 'timeout') {
      abort.abort();
      return { failures: ['timeout'] };
    }
    if (content === undefined) return { failures: ['unreadable'] };
    const failures = [...content.failures];
    if (!content.exists) {
      if (failures.length > 0) return { failures };
      if (location !== undefined) location = { ...location, directories: new Map() };
      return { failures: ['not_found'] };
    }
    const readNs = BigInt(Math.round(wallMs())) * 1_000_000n;
    const step = updateCgroup(history, { ...content, readNs });
    history = step.history;
    return { cgroup: step.cgroup, failures };
  }

  return {
    async read({ task, containers }) {
      const taskId = taskIdOf(task.arn);
      const running = containers.filter(({ sample }) => sample !== undefined).map(({ info }) => info.id);
      const outcome: CgroupOutcome =
        taskId === undefined ? { failures: ['not_found'] } : await readTask(taskId, running);
      const failure = CGROUP_FAILURES.find((reason) => outcome.failures.includes(reason));
      if (failure === undefined) transitions.ok('task_cgroup');
      else transitions.failing('task_cgroup', failure, messages[failure]);
      return outcome;
    },
  };
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T | 'timeout'> {
  const { promise: timeout, resolve } = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => resolve('timeout'), deadlineMs);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

interface CgroupContent {
  readonly values: KernelValues;
  /** On cgroup v1, OOM kills by container ID. */
  readonly killsByContainer?: ReadonlyMap<string, number> | undefined;
  /** True if any file exists. */
  readonly exists: boolean;
  readonly failures: ReadonlySet<CgroupFailure>;
}

/** ECS allows ten containers in a task, and adds one or two. */
const MAX_CONTAINERS = 12;

/**
 * Reads files one after the other, so that a file system that hangs blocks only one of Node's four threads: six files on v2,
 * eight and one per container on v1. Never rejects.
 */
async function readFiles(
  files: CgroupFileSystem,
  directories: CgroupDirectories,
  containerIds: readonly string[],
  signal: AbortSignal,
): Promise<CgroupContent> {
  const failures = new Set<CgroupFailure>();
  let exists = false;

  async function valuesOf(directory: string, { name, parse }: KernelFile): Promise<KernelValues> {
    if (signal.aborted) return {};
    try {
      const text = await files.read(join(directory, name));
      if (text === undefined) return {};
      exists = true;
      return parse(text, () => failures.add('malformed'));
    } catch {
      failures.add('unreadable');
      return {};
    }
  }

  let values: KernelValues = {};
  for (const [controller, { version, path }] of directories) {
    const kernelFiles = version === 1 ? VERSION_1 : VERSION_2;
    for (const file of kernelFiles[controller] ?? []) values = { ...values, ...(await valuesOf(path, file)) };
  }
  const memory = directories.get('memory');
  if (memory?.version !== 1) return { values, exists, failures };
  const killsByContainer = new Map<string, number>();
  for (const id of containerIds.slice(0, MAX_CONTAINERS)) {
    const directory = containerDirectory(id);
    if (directory === undefined) continue;
    const { oomKills } = await valuesOf(join(memory.path, directory), VERSION_1_KILLS);
    if (oomKills !== undefined) killsByContainer.set(id, oomKills);
  }
  return { values, killsByContainer, exists, failures };
}
