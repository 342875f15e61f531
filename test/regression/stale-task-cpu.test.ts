/** A container whose sample is not renewed may well be running: the CPU of the task is not known then, and not 0. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveCpu } from '../../src/derive/cpu.ts';
import type { ContainerView } from '../../src/derive/view.ts';
import { containerView, taskView, tellOf } from '../unit/derive/views.ts';

function taskCpu(container: ContainerView): number | undefined {
  return tellOf(deriveCpu, taskView({ cpuCores: 1 }, [container]))['cpu_cores _task_'];
}

test('stale is not stopped', () => {
  const idle = containerView('web', {});
  assert.equal(taskCpu({ ...idle, isStale: true }), undefined);
  assert.equal(taskCpu({ ...idle, isStale: false }), 0);
});
