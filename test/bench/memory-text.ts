import { type Memory, memory } from './process-figures.ts';
import { short } from './statistics.ts';

/** `60 (23)`: all that is resident now, and what of it is the process's own. */
export function memoryText(of: number | Memory): string {
  const { rssMb, anonMb } = typeof of === 'number' ? memory(of) : of;
  return `${short(rssMb)} (${short(anonMb)})`;
}
