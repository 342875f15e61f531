import { countErrors } from '../snapshot/task-errors.ts';
import { divided } from './arithmetic.ts';
import { present } from './dimensions.ts';
import { epochSeconds, secondsBetween } from './times.ts';
import type { Dimensions, Sink, TaskView } from './view.ts';
import { just } from './whole.ts';

const MIB = 1024 ** 2;
const MS_PER_SECOND = 1000;

export function deriveTask(view: TaskView, out: Sink): void {
  const { task } = view;
  const identity = identityOf(view);
  if (Object.keys(identity).length > 0) out.task('task_info', view, just(1), identity);
  const { knownStatus, desiredStatus } = task;
  if (knownStatus !== undefined) out.task('task_status', view, just(1), present({ knownStatus, desiredStatus }));
  out.task('task_image_pull_duration_seconds', view, () => secondsBetween(task.pullStartedNs, task.pullStoppedNs));
  out.task('task_execution_stop_time_seconds', view, () => epochSeconds(task.executionStoppedNs));
  out.task('task_fault_injection_enabled', view, () => truth(task.isFaultInjectionEnabled));
  for (const [reason, count] of countErrors(task.errors ?? []))
    out.task('task_metadata_errors', view, just(count), { reason });
  deriveStorage(view, out);
  deriveClock(view, out);
}

function identityOf({ task }: TaskView): Dimensions {
  return present({
    // EC2 gives the cluster's name, Fargate its ARN.
    cluster: task.cluster?.slice(task.cluster.lastIndexOf('/') + 1),
    taskArn: task.arn,
    taskFamily: task.family,
    revision: task.revision,
    service: task.serviceName,
    launchType: task.launchType,
    availabilityZone: task.availabilityZone,
    availabilityZoneId: task.availabilityZoneId,
    vpcId: task.vpcId,
  });
}

function deriveStorage(view: TaskView, out: Sink): void {
  const { usedMib, reservedMib } = view.task.ephemeralStorage ?? {};
  if (usedMib !== undefined) out.task('ephemeral_storage_used_bytes', view, () => usedMib * MIB);
  if (reservedMib !== undefined) out.task('ephemeral_storage_reserved_bytes', view, () => reservedMib * MIB);
  out.task('ephemeral_storage_usage_ratio', view, () => divided(usedMib, reservedMib));
}

function deriveClock(view: TaskView, out: Sink): void {
  const { errorBoundMs, isSynchronized, referenceNs } = view.task.clock ?? {};
  if (errorBoundMs !== undefined) out.task('clock_error_bound_seconds', view, () => errorBoundMs / MS_PER_SECOND);
  out.task('clock_synchronized', view, () => truth(isSynchronized));
  out.task('clock_reference_time_seconds', view, () => epochSeconds(referenceNs));
}

function truth(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
