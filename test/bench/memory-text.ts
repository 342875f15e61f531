import { type Memory, memory } from './process-figures.ts';
import { short } from './statistics.ts';

/** `60 (23)`: RSS, and its private part. */
export function memoryText(of: number | Memory): string {
  const { rssMb, anonMb } = typeof of === 'number' ? memory(of) : of;
  return `${short(rssMb)} (${short(anonMb)})`;
}
