/** A RUNNING container without a current sample: the task's CPU usage is then absent, not 0. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerView, taskView, valuesOf } from '../unit/metrics/views.ts';

function taskCpu(knownStatus: string): number | undefined {
  const container = containerView('web', { info: { knownStatus } });
  return valuesOf('cpu', taskView({ cpuCores: 1 }, [container]))['cpu_cores _task_'];
}

test('a missing sample does not mean stopped', () => {
  assert.equal(taskCpu('RUNNING'), undefined);
  assert.equal(taskCpu('PULLED'), undefined);
  assert.equal(taskCpu('STOPPED'), 0);
});
