import type { ContainerView, TaskView } from '../history/view.ts';
import { epochSeconds } from '../metrics/arithmetic.ts';
import type { TaskIdentity } from '../metrics/identity.ts';
import type { Point } from '../metrics/row.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import type { RatedRow, RateMeter, Rates } from './rates.ts';
import { type RowValues, valuesOf } from './row-values.ts';
import type { ContainerStatus, StorageStatus, TaskStatus, UsageStatus } from './status.ts';

export interface TaskStatusInput {
  readonly key: string;
  readonly resource: TaskIdentity;
  /** Undefined if there is no recent sample. */
  readonly view: TaskView | undefined;
}

/** The task and its selected containers. The meter also keeps their counters, to compute the rates of later samples. */
export function taskStatus({ key, resource, view }: TaskStatusInput, meter: RateMeter): TaskStatus {
  if (view === undefined) return { key, resource, ...NO_USAGE, containers: [] };
  const { task } = view;
  const values = valuesOf(view);
  const containers = view.containers.flatMap((container): ContainerStatus[] => {
    const ofContainer = values.containers.get(container.info.id);
    return ofContainer === undefined ? [] : [containerStatus(key, container, ofContainer, meter)];
  });
  const series = String(view.startTimeNs);
  const rates = ratesOf(key, { values: values.task, timeNs: view.sampledNs, network: series, disk: series }, meter);
  return {
    key,
    resource,
    knownStatus: task.knownStatus,
    desiredStatus: task.desiredStatus,
    startedAt: isoTime(view.startTimeNs),
    ...usage(values.task, rates),
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
  const names = interfaces.join(' ');
  // A shared namespace outlives the run of the container.
  const series = info.sharesNetworkNamespace ? names : `${startTimeNs} ${names}`;
  const source = { values, timeNs: sample?.readNs, network: series, disk: String(startTimeNs) };
  const { network, ...others } = usage(values, ratesOf(containerKey(taskKey, info.id), source, meter));
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

interface RateSource {
  readonly values: RowValues;
  readonly timeNs: EpochNs | undefined;
  /** @see CounterReading.series */
  readonly network: string;
  readonly disk: string;
}

/** Network and disk counters are reset independently of each other. */
function ratesOf(key: string, { values, timeNs, network, disk }: RateSource, meter: RateMeter): Rates {
  const timeSeconds = epochSeconds(timeNs);
  const rates = (group: string, series: string, one: RatedRow, other: RatedRow): Rates => {
    const counters = { [one]: values.value(one), [other]: values.value(other) };
    return meter.rates(rateKey(key, group), timeSeconds === undefined ? undefined : { timeSeconds, series, counters });
  };
  return {
    ...rates('network', network, 'network_rx_bytes', 'network_tx_bytes'),
    ...rates('disk', disk, 'disk_read_bytes', 'disk_written_bytes'),
  };
}

/** Keys of the rates of a task or container. */
export function rateKeys(key: string): readonly string[] {
  return [rateKey(key, 'network'), rateKey(key, 'disk')];
}

function rateKey(key: string, group: string): string {
  return `${group} ${key}`;
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
