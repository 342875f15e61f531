import { amountOf, type InvalidValues, type JsonObject, listOf, member, objectOf } from './json-values.ts';

export const DEVICE_COUNTERS = ['readBytes', 'writtenBytes', 'reads', 'writes'] as const;
export type DeviceCounter = (typeof DEVICE_COUNTERS)[number];
export type DeviceCounters = Readonly<Partial<Record<DeviceCounter, number>>>;

export interface DiskCounters {
  /** Sums over devices. Like Docker and the ECS agent, counts stacked devices (LVM over NVMe) separately. */
  readonly total: DeviceCounters;
  /** By `major:minor`. Undefined if the platform does not report devices (Windows). */
  readonly byDevice?: ReadonlyMap<string, DeviceCounters> | undefined;
}

type Totals = Partial<Record<DeviceCounter, number>>;
/** Counter of each operation. Other operations (Sync, Async, Discard, Total) count the same bytes again. */
type Operations = Readonly<Record<string, DeviceCounter>>;

const BYTES: Operations = { read: 'readBytes', write: 'writtenBytes' };
const OPERATIONS: Operations = { read: 'reads', write: 'writes' };

/** More block devices than an ECS host can attach. */
const MAX_DEVICES = 256;

/**
 * Parses `blkio_stats` (Linux) or `storage_stats` (Windows). A null or missing list means no data, an empty one no I/O. On
 * cgroup v2, an empty list of operations means no data, because operations are not counted.
 *
 * @see https://github.com/moby/moby/blob/master/daemon/stats_unix.go
 */
export function parseDisk(
  stats: JsonObject,
  cgroup: 1 | 2 | undefined,
  invalidValues: InvalidValues,
): DiskCounters | undefined {
  const byDevice = new Map<string, Totals>();
  const total: Totals = {};
  const blkio = objectOf(member(stats, 'blkio_stats'), invalidValues) ?? {};
  addEntries(member(blkio, 'io_service_bytes_recursive'), BYTES, true, total, byDevice, invalidValues);
  addEntries(member(blkio, 'io_serviced_recursive'), OPERATIONS, cgroup !== 2, total, byDevice, invalidValues);
  const hasDevices = hasValue(total);
  const storage = objectOf(member(stats, 'storage_stats'), invalidValues) ?? {};
  // Go's encoder omits zeros: if one field is present, a missing field is 0.
  const hasStorage = WINDOWS.some(([key]) => Object.hasOwn(storage, key));
  for (const [key, counter] of hasStorage ? WINDOWS : []) {
    const value = Object.hasOwn(storage, key) ? amountOf(member(storage, key), invalidValues) : 0;
    if (value !== undefined) total[counter] ??= value;
  }
  return hasValue(total) ? { total, byDevice: hasDevices ? byDevice : undefined } : undefined;
}

function hasValue(total: Totals): boolean {
  return DEVICE_COUNTERS.some((counter) => total[counter] !== undefined);
}

const WINDOWS: readonly (readonly [string, DeviceCounter])[] = [
  ['read_size_bytes', 'readBytes'],
  ['write_size_bytes', 'writtenBytes'],
  ['read_count_normalized', 'reads'],
  ['write_count_normalized', 'writes'],
];

function addEntries(
  value: unknown,
  operations: Operations,
  emptyIsZero: boolean,
  total: Totals,
  byDevice: Map<string, Totals>,
  invalidValues: InvalidValues,
): void {
  const entries = listOf(value, invalidValues);
  if (entries === undefined) return;
  const sums: Totals = {};
  for (const item of entries) {
    const entry = objectOf(item, invalidValues);
    const operation = entry && member(entry, 'op');
    const counter = typeof operation === 'string' ? counterOf(operations, operation.toLowerCase()) : undefined;
    if (entry === undefined || counter === undefined) continue;
    const amount = amountOfEntry(entry, invalidValues);
    sums[counter] = (sums[counter] ?? 0) + amount;
    addToDevice(byDevice, entry, counter, amount, invalidValues);
  }
  for (const counter of Object.values(operations)) {
    const sum = sums[counter] ?? (emptyIsZero ? 0 : undefined);
    if (sum !== undefined) total[counter] = sum;
  }
  removeInvalid(total);
  for (const counters of byDevice.values()) removeInvalid(counters);
}

/** NaN if the value is invalid, which also invalidates the sums that include it. */
function amountOfEntry(entry: JsonObject, invalidValues: InvalidValues): number {
  const value = member(entry, 'value');
  // Go's encoder omits a `value` of 0.
  return value === undefined ? 0 : (amountOf(value, invalidValues) ?? Number.NaN);
}

/** Removes sums with an invalid part: without the part, the sum would look like a decrease. */
function removeInvalid(counters: Totals): void {
  for (const counter of DEVICE_COUNTERS) if (Number.isNaN(counters[counter])) delete counters[counter];
}

function counterOf(operations: Operations, operation: string): DeviceCounter | undefined {
  return Object.hasOwn(operations, operation) ? operations[operation] : undefined;
}

function addToDevice(
  byDevice: Map<string, Totals>,
  entry: JsonObject,
  counter: DeviceCounter,
  amount: number,
  invalidValues: InvalidValues,
): void {
  const major = amountOf(member(entry, 'major'), invalidValues);
  const minor = amountOf(member(entry, 'minor'), invalidValues);
  if (major === undefined || minor === undefined) return;
  const device = `${major}:${minor}`;
  let counters: Totals | undefined = byDevice.get(device);
  if (counters === undefined) {
    if (byDevice.size >= MAX_DEVICES) {
      invalidValues.add('too_many');
      return;
    }
    counters = {};
    byDevice.set(device, counters);
  }
  counters[counter] = (counters[counter] ?? 0) + amount;
}
