import { parseTaskArn } from '../../snapshot/task-arn.ts';

/** An id that leads nowhere else as part of a path. */
const FILE_NAME = /^[0-9A-Za-z-]{1,128}$/;

/** The id of a task, of a long ARN or an old one without the cluster. Undefined for anything that is no file name. */
export function taskIdOf(arn: string | undefined): string | undefined {
  const id = parseTaskArn(arn)?.id ?? '';
  return FILE_NAME.test(id) ? id : undefined;
}

/** Where the ECS agent makes the cgroup of a task, from the root of a v1 hierarchy. */
export function version1Paths(taskId: string): readonly string[] {
  return [`ecs/${taskId}`];
}

/**
 * Where the agent has systemd make it, on v2. systemd nests a slice at each dash of its name, so the UUID of an old ARN
 * may lead some levels down: `a-b.slice` lies in `a.slice`.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task_linux.go buildCgroupV2Root
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.slice.html
 */
export function version2Paths(taskId: string): readonly string[] {
  const flat = `ecstasks.slice/ecstasks-${taskId}.slice`;
  const parts = `ecstasks-${taskId}`.split('-');
  const nested = parts.map((_, end) => `${parts.slice(0, end + 1).join('-')}.slice`).join('/');
  return nested === flat ? [flat] : [flat, nested];
}

/** The folder of a container's cgroup below the task's, on v1. Undefined for an id that is no file name. */
export function containerFolder(containerId: string): string | undefined {
  return FILE_NAME.test(containerId) ? containerId : undefined;
}
