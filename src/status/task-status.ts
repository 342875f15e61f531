import type { ContainerView, TaskView } from '../history/view.ts';
import { epochSeconds } from '../metrics/arithmetic.ts';
import type { TaskIdentity } from '../metrics/identity.ts';
import type { Point } from '../metrics/row.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import type { CounterReading, RateMeter, Rates } from './rates.ts';
import { type RowValues, valuesOf } from './row-values.ts';
import type { ContainerStatus, StorageStatus, TaskStatus, UsageStatus } from './status.ts';

export interface TaskStatusInput {
  readonly key: string;
  readonly resource: TaskIdentity;
  /** Undefined if there is no recent sample. */
  readonly view: TaskView | undefined;
}

/** The task and its selected containers. The meter also keeps their counters for the rates of later samples. */
export function taskStatus({ key, resource, view }: TaskStatusInput, meter: RateMeter): TaskStatus {
  if (view === undefined) return { key, resource, ...NO_USAGE, containers: [] };
  const { task } = view;
  const values = valuesOf(view);
  const containers = view.containers.flatMap((container): ContainerStatus[] => {
    const ofContainer = values.containers.get(container.info.id);
    return ofContainer === undefined ? [] : [containerStatus(key, container, ofContainer, meter)];
  });
  const reading = readingOf(values.task, view.sampledNs, String(view.startTimeNs));
  return {
    key,
    resource,
    knownStatus: task.knownStatus,
    desiredStatus: task.desiredStatus,
    startedAt: isoTime(view.startTimeNs),
    ...usage(values.task, meter.rates(key, reading)),
    ephemeralStorage: storage(values.task),
    containers,
  };
}

/** Key of a container's rates and history. */
export function containerKey(taskKey: string, id: string): string {
  return `${taskKey}\n${id}`;
}

const NO_USAGE: UsageStatus = { cpu: {}, memory: {}, network: {}, disk: {} };

function containerStatus(
  taskKey: string,
  { info, sample, startTimeNs }: ContainerView,
  values: RowValues,
  meter: RateMeter,
): ContainerStatus {
  const interfaces = values.points('network_rx_bytes').map(({ dimensions }) => String(dimensions?.iface));
  const reading = readingOf(values, sample?.readNs, `${startTimeNs} ${interfaces.join(' ')}`);
  const { network, ...others } = usage(values, meter.rates(containerKey(taskKey, info.id), reading));
  return {
    id: info.id,
    name: info.name,
    image: info.image,
    labels: info.labels && Object.fromEntries(info.labels),
    knownStatus: info.knownStatus,
    desiredStatus: info.desiredStatus,
    health: healthOf(values.points('container_health')),
    restarts: values.value('container_restarts'),
    exitCode: values.value('container_exit_code'),
    uptimeSeconds: values.value('container_uptime_seconds'),
    ...others,
    network: { ...network, isShared: interfaces.length > 0 ? info.sharesNetworkNamespace : undefined },
  };
}

function readingOf(values: RowValues, timeNs: EpochNs | undefined, series: string): CounterReading | undefined {
  if (timeNs === undefined) return undefined;
  const counters = {
    network_rx_bytes: values.value('network_rx_bytes'),
    network_tx_bytes: values.value('network_tx_bytes'),
    disk_read_bytes: values.value('disk_read_bytes'),
    disk_written_bytes: values.value('disk_written_bytes'),
  };
  return { timeNs, series, counters };
}

function usage({ value }: RowValues, rates: Rates): UsageStatus {
  return {
    cpu: {
      cores: value('cpu_cores'),
      limitCores: value('cpu_limit_cores'),
      utilization: value('cpu_usage_ratio'),
    },
    memory: {
      workingSetBytes: value('mem_working_set_bytes'),
      limitBytes: value('mem_effective_limit_bytes'),
      utilization: value('mem_usage_ratio'),
    },
    network: {
      receivedBytes: value('network_rx_bytes'),
      transmittedBytes: value('network_tx_bytes'),
      receivedBytesPerSecond: rates.network_rx_bytes,
      transmittedBytesPerSecond: rates.network_tx_bytes,
    },
    disk: {
      readBytes: value('disk_read_bytes'),
      writtenBytes: value('disk_written_bytes'),
      readBytesPerSecond: rates.disk_read_bytes,
      writtenBytesPerSecond: rates.disk_written_bytes,
    },
  };
}

function storage({ value }: RowValues): StorageStatus | undefined {
  const usedBytes = value('ephemeral_storage_used_bytes');
  const reservedBytes = value('ephemeral_storage_reserved_bytes');
  if (usedBytes === undefined && reservedBytes === undefined) return undefined;
  return { usedBytes, reservedBytes, utilization: value('ephemeral_storage_usage_ratio') };
}

/** The row has a point with the value 1 for the current status. */
function healthOf(points: readonly Point[]): string | undefined {
  const current = points.find(({ value }) => value === 1)?.dimensions?.healthState;
  return current === undefined ? undefined : String(current);
}

function isoTime(time: EpochNs | undefined): string | undefined {
  const seconds = epochSeconds(time);
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
}
