import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const TASK_ID = '0123456789abcdef0123456789abcdef';
export const TASK_ARN = `arn:aws:ecs:eu-west-1:111122223333:task/cluster/${TASK_ID}`;

/** A simulated `/sys/fs/cgroup` by path: a text is a file, `link` a symbolic link. */
export type TreeEntries = Readonly<Record<string, string | { readonly link: string }>>;

/** Creates the directory, and removes it when `use` has ended. */
export async function withTree(entries: TreeEntries, use: (root: string) => Promise<void>): Promise<void> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'cgroup-')));
  try {
    for (const [path, entry] of Object.entries(entries)) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      if (typeof entry === 'string') writeFileSync(file, entry);
      else symlinkSync(entry.link, file);
    }
    await use(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** A task's files on cgroup v1 (Linux 6.18), below the directories of the controllers. */
export const VERSION_1_TEXTS = {
  'cpu.stat': 'nr_periods 161\nnr_throttled 158\nthrottled_time 10280255365\nnr_bursts 0\nburst_time 0\n',
  'cpu.cfs_quota_us': '25000\n',
  'cpu.cfs_period_us': '100000\n',
  'cpuacct.usage': '4803924796\n',
  'memory.usage_in_bytes': '19496960\n',
  'memory.max_usage_in_bytes': '20000768\n',
  'memory.limit_in_bytes': '67108864\n',
  'memory.failcnt': '138\n',
} as const;

export const OOM_CONTROL = 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n';

/** A cgroup's files on v2 (Linux 6.12), recorded except for the events. */
export const VERSION_2_TEXTS = {
  'cpu.stat':
    'usage_usec 54065056\nuser_usec 45129104\nsystem_usec 8935951\nnice_usec 0\nnr_periods 1763\nnr_throttled 234\n' +
    'throttled_usec 7371768\nnr_bursts 0\nburst_usec 0\n',
  'cpu.max': '50000 100000\n',
  'memory.current': '331776\n',
  'memory.peak': '15429632\n',
  'memory.max': '67108864\n',
  'memory.events': 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 3\noom_group_kill 0\n',
} as const;

/** The same texts, each below `directory`. */
export function below(directory: string, texts: Readonly<Record<string, string>>): TreeEntries {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${directory}/${name}`, text]));
}

/** A v1 tree as distributions mount it: `cpu` and `cpuacct` together, with links. */
export function version1Tree(taskPath: string): TreeEntries {
  const byPrefix = (prefix: RegExp): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(VERSION_1_TEXTS).filter(([name]) => prefix.test(name)));
  return {
    ...below(`cpu,cpuacct/${taskPath}`, byPrefix(/^cpu/)),
    cpu: { link: 'cpu,cpuacct' },
    cpuacct: { link: 'cpu,cpuacct' },
    ...below(`memory/${taskPath}`, byPrefix(/^memory/)),
  };
}

export function version2Tree(taskPath: string): TreeEntries {
  return { 'cgroup.controllers': 'cpu memory pids\n', ...below(taskPath, VERSION_2_TEXTS) };
}
