/** Why a value is invalid. Stable: label values of a metric. */
export const INVALID_REASONS = [
  'wrong_type',
  'negative',
  'out_of_range',
  'bad_time',
  'no_id',
  'no_name',
  'duplicate_id',
  'duplicate_name',
  'reserved_name',
  'unknown_id',
  'too_many',
  'internal',
] as const;
export type InvalidReason = (typeof INVALID_REASONS)[number];

/** Counts the invalid values of a document by reason. */
export interface InvalidValues {
  /** @param count default: 1 */
  add(reason: InvalidReason, count?: number): void;
  readonly counts: ReadonlyMap<InvalidReason, number>;
}

export function createInvalidValues(): InvalidValues {
  const counts = new Map<InvalidReason, number>();
  return {
    counts,
    add(reason, count = 1) {
      counts.set(reason, (counts.get(reason) ?? 0) + count);
    },
  };
}

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Numbers at or above this are sentinels or invalid: "no limit" is 2^63-4096 with 4 KiB pages, 2^63-65536 with 64 KiB pages and
 * 2^64-1 on cgroup v2, and an unsigned underflow is about 1.8e19.
 */
export const SENTINEL = 2 ** 60;

const MAX_TEXT = 1024;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property of an object, never an inherited one. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Undefined if missing or not an object. */
export function objectOf(value: unknown, invalidValues: InvalidValues): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  invalidValues.add('wrong_type');
  return undefined;
}

/** Undefined if missing or not a list. */
export function listOf(value: unknown, invalidValues: InvalidValues): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  invalidValues.add('wrong_type');
  return undefined;
}

/** The first `limit` items of a list. The others are counted as `too_many`. */
export function atMost<T>(limit: number, list: readonly T[], invalidValues: InvalidValues): readonly T[] {
  if (list.length <= limit) return list;
  invalidValues.add('too_many', list.length - limit);
  return list.slice(0, limit);
}

/** A finite number of at least 0, including sentinels, whose meaning depends on the caller. */
export function numberOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    invalidValues.add('wrong_type');
    return undefined;
  }
  if (value < 0) {
    invalidValues.add('negative');
    return undefined;
  }
  return value;
}

/** A counter or gauge: at least 0 and below any sentinel. */
export function amountOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  const number = numberOf(value, invalidValues);
  if (number === undefined || number < SENTINEL) return number;
  invalidValues.add('out_of_range');
  return undefined;
}

/** CPU times between this and 2^64 are an unsigned underflow. */
const MAX_CPU_NS = 1.8e19;

/** CPU time in nanoseconds. Over all CPUs of a large host it exceeds 2^60 within months (192 CPUs: 70 days). */
export function cpuTimeOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  const number = numberOf(value, invalidValues);
  if (number === undefined || number < MAX_CPU_NS) return number;
  invalidValues.add('out_of_range');
  return undefined;
}

/** A limit. Undefined if missing, or if it is a sentinel for "no limit". */
export function limitOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  const number = numberOf(value, invalidValues);
  return number === undefined || number >= SENTINEL ? undefined : number;
}

/**
 * A string that is valid as a label value: well-formed UTF-16, without control characters other than newline and tab,
 * truncated to `maxLength` characters. Undefined if empty.
 */
export function textOf(value: unknown, invalidValues: InvalidValues, maxLength: number = MAX_TEXT): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') {
    invalidValues.add('wrong_type');
    return undefined;
  }
  const cut = value.length > maxLength ? value.slice(0, maxLength) : value;
  return replaceControls(cut.toWellFormed());
}

function replaceControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are replaced here
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}

/** Undefined unless above 0. */
export function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** Replaces invalid statuses and codes, which are label values. */
export const OTHER = 'OTHER';

const STATUS = /^[A-Z][A-Z_]{0,39}$/;
const CODE = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;

/** A status such as `RUNNING`, in upper case. Accepts any word, because AWS occasionally adds statuses. */
export function statusOf(value: unknown, invalidValues: InvalidValues): string | undefined {
  const status = textOf(value, invalidValues)?.toUpperCase();
  return status === undefined || STATUS.test(status) ? status : OTHER;
}

/** An AWS error code such as `AccessDeniedException`. `OTHER` if missing. */
export function errorCodeOf(value: unknown, invalidValues: InvalidValues): string {
  const code = textOf(value, invalidValues);
  return code !== undefined && CODE.test(code) ? code : OTHER;
}

/** Selected labels of a container or tags of a task, by key. */
export type Labels = ReadonlyMap<string, string>;

/** Whether a key is selected. */
export type IsWanted = (key: string) => boolean;

/** ECS allows 50 tags, Docker any number of labels. */
const MAX_LABELS = 64;
/** Bounds the cost of one object: keys are matched with patterns and sorted. */
const MAX_KEYS = 1000;
/** ECS allows 128 characters in the key of a tag, Docker any number in that of a label. */
const MAX_KEY = 255;

/**
 * Parses an object of strings, sorted by key. Keys and values are sanitized like any text; empty values are dropped.
 * Undefined if none is left. Only the first keys of an object with an absurd number of them are read.
 */
export function parseLabels(value: unknown, isWanted: IsWanted, invalidValues: InvalidValues): Labels | undefined {
  const object = objectOf(value, invalidValues);
  if (object === undefined) return undefined;
  const labels = new Map<string, string>();
  for (const name of atMost(MAX_KEYS, Object.keys(object), invalidValues).filter(isWanted).sort()) {
    const key = textOf(name, invalidValues, MAX_KEY);
    const text = textOf(object[name], invalidValues);
    if (key === undefined || text === undefined) continue;
    if (labels.has(key)) invalidValues.add('duplicate_name');
    else if (labels.size >= MAX_LABELS) invalidValues.add('too_many');
    else labels.set(key, text);
  }
  return labels.size === 0 ? undefined : labels;
}
