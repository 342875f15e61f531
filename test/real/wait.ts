import { setTimeout as sleep } from 'node:timers/promises';

/** Only a test that fails waits this long, so the limit allows for a machine that is busy with other work. */
const LIMIT_MS = 120_000;

/** Real time, also in a test that mocks the clock. */
const nowMs = performance.now.bind(performance);

/**
 * Asks `question` again and again until it answers something other than undefined; an error counts as "not yet".
 *
 * @throws after `timeoutMs`, naming `what` and the last error.
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
