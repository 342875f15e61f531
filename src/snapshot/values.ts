/** Why a value is invalid. Stable: these are label values of a metric. */
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

/** Counts what was refused while one document was read. */
export interface InvalidValues {
  add(reason: InvalidReason): void;
  readonly counts: ReadonlyMap<InvalidReason, number>;
}

export function createInvalidValues(): InvalidValues {
  const counts = new Map<InvalidReason, number>();
  return {
    counts,
    add(reason) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    },
  };
}

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * From here on a number is a sentinel or garbage, never a reading: "no limit" is 2^63-4096 with 4 KiB pages, 2^63-65536
 * with 64 KiB ones, 2^64-1 on cgroup v2, and an unsigned underflow is about 1.8e19.
 */
export const SENTINEL = 2 ** 60;

const MAX_TEXT = 1024;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member of an object: never one of its prototype, whatever the key is called. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object, or undefined where there is none; anything else is refused. */
export function objectOf(value: unknown, invalidValues: InvalidValues): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  invalidValues.add('wrong_type');
  return undefined;
}

/** A list, or undefined where there is none; anything else is refused. */
export function listOf(value: unknown, invalidValues: InvalidValues): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  invalidValues.add('wrong_type');
  return undefined;
}

/** A finite number of at least 0, or undefined; sentinels come through (callers know whether they mean "unlimited"). */
export function levelOf(value: unknown, invalidValues: InvalidValues): number | undefined {
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

/** A counter or an amount: at least 0 and below any sentinel. */
export function amountOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  const level = levelOf(value, invalidValues);
  if (level === undefined || level < SENTINEL) return level;
  invalidValues.add('out_of_range');
  return undefined;
}

/** CPU nanoseconds from here up to 2^64 are an unsigned underflow. */
const MAX_CPU_NS = 1.8e19;

/** CPU time in nanoseconds: the sum over all CPUs of a large host passes 2^60 within months (192 CPUs: 70 days). */
export function cpuTimeOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  const level = levelOf(value, invalidValues);
  if (level === undefined || level < MAX_CPU_NS) return level;
  invalidValues.add('out_of_range');
  return undefined;
}

/** A limit: undefined where it is missing, or a sentinel for "none". */
export function limitOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  const level = levelOf(value, invalidValues);
  return level === undefined || level >= SENTINEL ? undefined : level;
}

/**
 * A text that can be a label value anywhere: well-formed UTF-16, no control characters but newline and tab, at most
 * `maxLength` characters. An empty text is no text.
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
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}

/** The value, or undefined where it is not above 0. */
export function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

/** For a word that is none: the endpoint's statuses and codes are label values, so they may not be just anything. */
export const OTHER = 'OTHER';

const STATUS = /^[A-Z][A-Z_]{0,39}$/;
const CODE = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;

/** A status such as `RUNNING`, in upper case. AWS adds some now and then, so any word of that shape is one. */
export function statusOf(value: unknown, invalidValues: InvalidValues): string | undefined {
  const status = textOf(value, invalidValues)?.toUpperCase();
  return status === undefined || STATUS.test(status) ? status : OTHER;
}

/** The code of an error of AWS, such as `AccessDeniedException`. An error without one has the code `OTHER`. */
export function errorCodeOf(value: unknown, invalidValues: InvalidValues): string {
  const code = textOf(value, invalidValues);
  return code !== undefined && CODE.test(code) ? code : OTHER;
}

/** Labels of a container or tags of a task: those that were asked for, by key. */
export type Labels = ReadonlyMap<string, string>;

/** Whether the operator named a key. */
export type IsWanted = (key: string) => boolean;

/** ECS allows 50 tags; docker any number of labels. */
const MAX_LABELS = 64;
/** ECS allows 128 characters for the key of a tag; docker any number for that of a label. */
const MAX_KEY = 255;

/**
 * Reads an object of texts, keys sorted. Keys and values are well-formed, without control characters and of bounded
 * length; an empty value is none. Undefined where nothing is left.
 */
export function parseLabels(value: unknown, isWanted: IsWanted, invalidValues: InvalidValues): Labels | undefined {
  const object = objectOf(value, invalidValues);
  if (object === undefined) return undefined;
  const labels = new Map<string, string>();
  for (const [name, content] of Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isWanted(name)) continue;
    const key = textOf(name, invalidValues, MAX_KEY);
    const text = textOf(content, invalidValues);
    if (key === undefined || text === undefined) continue;
    if (labels.has(key)) invalidValues.add('duplicate_name');
    else if (labels.size >= MAX_LABELS) invalidValues.add('too_many');
    else labels.set(key, text);
  }
  return labels.size === 0 ? undefined : labels;
}
