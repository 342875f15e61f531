/** A separate mount of cgroup v2. Even without controllers, the kernel counts CPU time there. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTransitions } from '../../src/log/transitions.ts';
import { createTaskCgroupReader } from '../../src/sources/cgroup/task-cgroup.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { until } from '../real/wait.ts';

/** Differs from the tests with containers, which may run at the same time. */
const TASK_ID = 'fedcba9876543210fedcba9876543210';
const TASK_ARN = `arn:aws:ecs:eu-west-1:111122223333:task/real/${TASK_ID}`;

const root = mkdtempSync(join(tmpdir(), 'cgroup2-'));
const slice = join(root, 'ecstasks.slice');
const folder = join(slice, `ecstasks-${TASK_ID}.slice`);
const isMounted = spawnSync('mount', ['-t', 'cgroup2', 'none', root]).status === 0;
const skip = isMounted ? false : 'cgroup v2 cannot be mounted here';

let busy: ReturnType<typeof spawn> | undefined;

before(() => {
  if (!isMounted) return;
  mkdirSync(folder, { recursive: true });
  busy = spawn('sh', ['-c', `echo $$ > ${join(folder, 'cgroup.procs')} && while :; do :; done`], { stdio: 'ignore' });
});

after(async () => {
  busy?.kill('SIGKILL');
  if (existsSync(folder)) {
    await until('the cgroup to be empty', () =>
      readFileSync(join(folder, 'cgroup.procs'), 'utf8') === '' ? true : undefined,
    );
    rmdirSync(folder);
    rmdirSync(slice);
  }
  if (isMounted) execFileSync('umount', [root]);
  rmdirSync(root);
});

function kernelNs(): number {
  return Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1]) * 1000;
}

test('the CPU time of the task’s slice is between two kernel readings', { skip }, async (t) => {
  const log = recordingLogger();
  const reader = createTaskCgroupReader({ root, transitions: createTransitions({ logger: log }) });
  const snapshot = {
    task: { arn: TASK_ARN },
    containers: [],
    internalContainers: [],
    unknownIds: [],
    hasStats: true,
    duplicateNames: [],
    isTruncated: false,
  };
  await until('some CPU time', () => (kernelNs() > 1e8 ? true : undefined));
  for (const _ of [1, 2]) {
    const earlier = kernelNs();
    const { cgroup, failures } = await reader.read(snapshot);
    const later = kernelNs();
    t.diagnostic(`${earlier} <= ${cgroup?.cpuNs} <= ${later}`);
    assert.deepEqual(failures, []);
    assert.ok(cgroup?.cpuNs !== undefined && cgroup.cpuNs >= earlier && cgroup.cpuNs <= later);
    // Values that the kernel does not count are absent, not 0.
    assert.equal(cgroup.periods !== undefined, existsSync(join(folder, 'cpu.max')));
    assert.equal(cgroup.memoryBytes !== undefined, existsSync(join(folder, 'memory.current')));
  }
  assert.deepEqual(log.events, []);
});
