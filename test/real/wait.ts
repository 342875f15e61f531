import { setTimeout as sleep } from 'node:timers/promises';

/** Only failing tests wait this long, so the limit is far above what a busy machine needs. */
const LIMIT_MS = 120_000;

/** Real time, also in a test that mocks the clock. */
const nowMs = performance.now.bind(performance);

/**
 * Calls `question` repeatedly until it returns a value other than undefined. Errors are ignored until the timeout.
 *
 * @throws after `timeoutMs`, with `what` and the last error.
 */
export async function until<T>(
  what: string,
  question: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = LIMIT_MS, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = nowMs() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (nowMs() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: lastError });
    await sleep(everyMs);
  }
}
