import type { WorkerOptions } from 'node:worker_threads';

/** Bcrypt needs 4 kB. Without the environment and the arguments of the process, which may hold secrets. */
export const WORKER_OPTIONS: WorkerOptions = {
  name: 'passwords',
  env: {},
  argv: [],
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
};
