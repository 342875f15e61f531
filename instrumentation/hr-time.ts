import type { HrTime } from '@opentelemetry/api';

/** Nanoseconds since the epoch as OpenTelemetry's pair of seconds and nanoseconds. */
export function hrTime(ns: bigint): HrTime {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}

/** The same, for times that come again and again: made once each. */
export function rememberedHrTimes(): (ns: bigint) => HrTime {
  const known = new Map<bigint, HrTime>();
  return (ns) => {
    const time = known.get(ns) ?? hrTime(ns);
    known.set(ns, time);
    return time;
  };
}

export function isLater(a: HrTime, b: HrTime): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

/** The later one of two. */
export function later(a: HrTime, b: HrTime): HrTime {
  return isLater(a, b) ? a : b;
}

/** The earlier one of two. */
export function earlier(a: HrTime, b: HrTime): HrTime {
  return isLater(a, b) ? b : a;
}
