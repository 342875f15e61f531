/** Shown for a missing value. */
export const NONE = '–';

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Three significant digits in a binary unit: `126 MiB`. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return NONE;
  let amount = bytes;
  let unit = 0;
  // 1023.6 would round to 1024.
  while (Math.round(amount) >= 1024 && unit < BINARY_UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${threeDigits(amount)} ${BINARY_UNITS[unit]}`;
}

export function rateText(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? NONE : `${bytesText(bytesPerSecond)}/s`;
}

export function coresText(cores: number | undefined): string {
  if (cores === undefined) return NONE;
  if (cores > 0 && cores < 0.001) return '<0.001';
  return cores < 1 ? String(Number(cores.toFixed(3))) : threeDigits(cores);
}

export function percentText(fraction: number | undefined): string {
  if (fraction === undefined) return NONE;
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.1) return '<0.1%';
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)}%`;
}

export function countText(count: number | undefined): string {
  return count === undefined ? NONE : String(count);
}

const TIME_UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units: `3 h 12 min`. */
export function durationText(seconds: number | undefined): string {
  if (seconds === undefined) return NONE;
  const first = TIME_UNITS.findIndex(([, length]) => seconds >= length);
  if (first === -1) return '0 s';
  let rest = Math.floor(seconds);
  const parts: string[] = [];
  for (const [unit, length] of TIME_UNITS.slice(first, first + 2)) {
    const amount = Math.floor(rest / length);
    rest -= amount * length;
    if (amount > 0) parts.push(`${amount} ${unit}`);
  }
  return parts.join(' ');
}

/** `17:45:10` of an ISO time. */
export function timeText(iso: string | undefined): string {
  return iso === undefined ? NONE : iso.slice(11, 19);
}

function threeDigits(amount: number): string {
  return String(amount >= 100 ? Math.round(amount) : Number(amount.toPrecision(3)));
}
