import type { WorkerOptions } from 'node:worker_threads';

/** Bcrypt needs 4 kB. The worker gets neither environment nor arguments, which may contain secrets. */
export const WORKER_OPTIONS: WorkerOptions = {
  name: 'passwords',
  env: {},
  argv: [],
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
};
