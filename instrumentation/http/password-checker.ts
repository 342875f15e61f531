import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { startPasswordWorker } from './start-password-worker.ts';

/** Compares passwords with bcrypt hashes in a worker thread, one at a time. */
export interface PasswordChecker {
  /** Rejects if the worker thread fails; the next call starts another one. */
  check(password: string, hash: string): Promise<boolean>;
  close(): void;
}

/** The worker thread takes several MB and is seldom needed, since results are cached. */
const IDLE_MS = 10_000;

/**
 * The image turns the optimizing compilers off, which makes bcrypt 20 times slower (measured at cost 10: 2.5 s instead of
 * 0.13 s). V8 flags are process-wide, so they stay changed while the thread runs.
 */
const HAS_NO_COMPILER = process.execArgv.includes('--no-maglev');

interface Running {
  readonly worker: Worker;
  readonly waiting: ((result: boolean | Error) => void)[];
}

/** Starts the worker thread at the first password, and ends it when it is idle. */
export function createPasswordChecker(start: () => Worker = startPasswordWorker, idleMs = IDLE_MS): PasswordChecker {
  let running: Running | undefined;
  let idle: NodeJS.Timeout | undefined;

  function end(ended: Running | undefined, error: Error): void {
    if (ended === undefined || ended !== running) return;
    running = undefined;
    clearTimeout(idle);
    if (HAS_NO_COMPILER) setFlagsFromString('--no-maglev');
    void ended.worker.terminate();
    for (const settle of ended.waiting) settle(error);
  }

  function begin(): Running {
    const begun: Running = { worker: start(), waiting: [] };
    if (HAS_NO_COMPILER) setFlagsFromString('--maglev');
    running = begun;
    begun.worker.unref();
    begun.worker.on('message', (isMatch: unknown) => begun.waiting.shift()?.(isMatch === true));
    begun.worker.on('error', (error: Error) => end(begun, error));
    begun.worker.on('exit', (code) => end(begun, new Error(`the worker thread exited with code ${code}`)));
    return begun;
  }

  return {
    check(password, hash) {
      clearTimeout(idle);
      return new Promise((resolve, reject) => {
        const current = running ?? begin();
        current.waiting.push((result) => {
          if (typeof result !== 'boolean') {
            reject(result);
            return;
          }
          if (current.waiting.length === 0) {
            idle = setTimeout(() => end(current, new Error('the worker thread was idle')), idleMs);
            idle.unref();
          }
          resolve(result);
        });
        current.worker.postMessage({ password, hash });
      });
    },
    close: () => end(running, new Error('the server is closing')),
  };
}
