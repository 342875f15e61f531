/** Limit for every wait, far above what a busy machine needs, so that only failing waits reach it. */
const LIMIT_MS = 60_000;
const POLL_MS = 2;

/** The real timers and clock, also where a test has mocked the global ones. */
const { setTimeout } = globalThis;
const now = performance.now.bind(performance);

/** Resolves as soon as `condition` holds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = now() + LIMIT_MS;
  while (!(await condition())) {
    if (now() > endMs) throw new Error(`still false after ${LIMIT_MS} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
