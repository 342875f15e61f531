/** The `p` quantile (0 to 1). */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The least-squares slope of y over x; NaN if x never changes. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { readonly x: number; readonly y: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const meanX = mean(({ x }) => x);
  const meanY = mean(({ y }) => y);
  const covariance = mean(({ x, y }) => (x - meanX) * (y - meanY));
  return covariance / mean(({ x }) => (x - meanX) ** 2);
}

/** Two significant digits: the third is noise between runs. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  if (Math.abs(value) >= 10) return value.toFixed(value % 1 === 0 ? 0 : 1);
  return String(Number(value.toPrecision(2)));
}

/** `12 / 34`: the median and the 99th percentile, the maximum of fewer than 100 values. */
export function spread(values: readonly number[]): string {
  return `${short(median(values))} / ${short(percentile(values, 0.99))}`;
}

/** `×1.5`: `value` relative to `base`. */
export function ratio(value: number, base: number): string {
  return `×${short(value / base)}`;
}
