/** Turns in one iteration of the event loop. */
const TURNS_PER_BATCH = 5;
/** A process that gets no CPU time for a while must not wait as long again. */
const MAX_PAUSE_MS = 50;

/** Work of many clients, one piece after the other. */
export interface Turns {
  /** Calls `work` in a later iteration of the event loop, after each other client with work has had a turn. */
  enter(client: string, work: () => void): void;
}

/**
 * Bounds how long requests delay everything else in the event loop, and under load limits them to half of its time: a full
 * batch is followed by a pause of its length. Clients take turns, so one with many connections delays another by one turn.
 */
export function createTurns(): Turns {
  const queues = new Map<string, (() => void)[]>();
  let isScheduled = false;
  let pauseEndMs = 0;

  function schedule(): void {
    if (isScheduled || queues.size === 0) return;
    isScheduled = true;
    const pauseMs = pauseEndMs - performance.now();
    // Node's timers count whole milliseconds.
    if (pauseMs < 1) setImmediate(run);
    else setTimeout(run, pauseMs);
  }

  function run(): void {
    const startMs = performance.now();
    const isFull = Array.from({ length: TURNS_PER_BATCH }, takeOne).every(Boolean);
    // Responses are sent in promise callbacks, so the batch ends with this iteration.
    setImmediate(() => {
      const endMs = performance.now();
      if (isFull) pauseEndMs = endMs + Math.min(endMs - startMs, MAX_PAUSE_MS);
      isScheduled = false;
      schedule();
    });
  }

  /** @returns false if no client has work */
  function takeOne(): boolean {
    for (const [client, queue] of queues) {
      const work = queue.shift();
      // Behind all others.
      queues.delete(client);
      if (queue.length > 0) queues.set(client, queue);
      work?.();
      return true;
    }
    return false;
  }

  return {
    enter(client, work) {
      const queue = queues.get(client) ?? [];
      queue.push(work);
      queues.set(client, queue);
      schedule();
    },
  };
}
