import type { Transitions } from '../../log/transitions.ts';
import type { TaskCgroup, TaskSnapshot } from '../../snapshot/snapshot.ts';
import { within } from '../within.ts';
import { type CgroupFileSystem, realFiles } from './files.ts';
import { type CgroupFolders, findFolders, taskIdOf } from './folders.ts';
import { type CgroupHistory, followCgroup } from './history.ts';
import { CGROUP_FAILURES, type CgroupFailure } from './kernel-values.ts';
import { type CgroupContent, readCgroup } from './read-cgroup.ts';

/** What one reading of the task's cgroup came to. */
export interface CgroupOutcome {
  readonly cgroup?: TaskCgroup | undefined;
  /** Why some of it is missing, or all. */
  readonly failures: readonly CgroupFailure[];
}

/** Reads the task's own cgroup, of which the metadata endpoint says nothing. */
export interface TaskCgroupReader {
  /** Never rejects, and is not much longer than its deadline. */
  read(snapshot: TaskSnapshot): Promise<CgroupOutcome>;
}

export interface TaskCgroupOptions {
  /** Where the `/sys/fs/cgroup` of the host is. */
  readonly root: string;
  readonly transitions: Transitions;
  /** @default the real ones */
  readonly files?: CgroupFileSystem;
  /** @default 500 */
  readonly deadlineMs?: number;
  /** How long after it was not found the task's cgroup is looked for again. @default 60000 */
  readonly lookAgainMs?: number;
  /** @default performance.now */
  readonly monotonicMs?: () => number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly wallMs?: () => number;
}

/** What is known of a task between polls. */
interface Place {
  readonly taskId: string;
  readonly folders: CgroupFolders;
  readonly lookedAtMs: number;
}

const MESSAGES: Readonly<Record<CgroupFailure, string>> = {
  not_found: 'this task has no cgroup there: it must be the /sys/fs/cgroup of an EC2 instance (Fargate shows none)',
  unreadable: 'files of the cgroup of this task cannot be read',
  malformed: 'files of the cgroup of this task do not hold what the kernel writes',
  timeout: 'the file system does not answer',
};

/**
 * A reading that hangs is not waited for, and no other begins before it has ended: a thread of Node's pool that waits for
 * the kernel cannot be called back, and looking up host names needs one too.
 */
export function createTaskCgroupReader(options: TaskCgroupOptions): TaskCgroupReader {
  const { root, transitions, files = realFiles, deadlineMs = 500, lookAgainMs = 60_000 } = options;
  const { monotonicMs = () => performance.now(), wallMs = () => Date.now() } = options;
  let place: Place | undefined;
  let history: CgroupHistory | undefined;
  let underWay: Promise<CgroupContent | undefined> | undefined;

  async function foldersOf(taskId: string): Promise<CgroupFolders> {
    const nowMs = monotonicMs();
    if (place?.taskId !== taskId) history = undefined;
    else if (place.folders.size > 0 || nowMs - place.lookedAtMs < lookAgainMs) return place.folders;
    const folders = await findFolders(files, root, taskId);
    place = { taskId, folders, lookedAtMs: nowMs };
    return folders;
  }

  /** Undefined where the file system would not say what it has. */
  async function contentOf(
    taskId: string,
    containerIds: readonly string[],
    signal: AbortSignal,
  ): Promise<CgroupContent | undefined> {
    try {
      return await readCgroup(files, await foldersOf(taskId), containerIds, signal);
    } catch {
      return undefined;
    }
  }

  async function take(taskId: string, containerIds: readonly string[]): Promise<CgroupOutcome> {
    if (underWay !== undefined) return { failures: ['timeout'] };
    const abort = new AbortController();
    underWay = contentOf(taskId, containerIds, abort.signal).finally(() => {
      underWay = undefined;
    });
    const content = await within(deadlineMs, underWay);
    if (content === 'late') {
      abort.abort();
      return { failures: ['timeout'] };
    }
    if (content === undefined) return { failures: ['unreadable'] };
    const failures = [...content.failures];
    if (!content.isThere) {
      if (failures.length > 0) return { failures };
      if (place !== undefined) place = { ...place, folders: new Map() };
      return { failures: ['not_found'] };
    }
    const readNs = BigInt(Math.round(wallMs())) * 1_000_000n;
    const step = followCgroup(history, { ...content, readNs });
    history = step.history;
    return { cgroup: step.cgroup, failures };
  }

  return {
    async read({ task, containers }) {
      const taskId = taskIdOf(task.arn);
      const running = containers.filter(({ sample }) => sample !== undefined).map(({ info }) => info.id);
      const outcome: CgroupOutcome = taskId === undefined ? { failures: ['not_found'] } : await take(taskId, running);
      const failure = CGROUP_FAILURES.find((reason) => outcome.failures.includes(reason));
      if (failure === undefined) transitions.ok('task_cgroup');
      else transitions.failing('task_cgroup', failure, `${root}: ${MESSAGES[failure]}`);
      return outcome;
    },
  };
}
