import { Worker } from 'node:worker_threads';
import { WORKER_OPTIONS } from './password-worker-options.ts';

/** The bundle replaces this file by one that embeds the code of the worker as a string (scripts/bundle.ts). */
export function startPasswordWorker(): Worker {
  const { url } = import.meta;
  // Source files end with .ts, those of the package with .js.
  return new Worker(new URL(`./password-worker${url.slice(url.lastIndexOf('.'))}`, url), WORKER_OPTIONS);
}
