import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import type { TestContext } from 'node:test';
import { until } from '../real/wait.ts';

/**
 * Controls `Date.now()`, `performance.now()`, `setTimeout`, `setInterval` and the timeouts of HTTP requests. Time advances only when
 * a test advances it, while sockets and child processes work as usual. So no deadline expires because the machine is busy, and no
 * test waits for an interval.
 */
export interface TestClock {
  /** Milliseconds since `stopClock`. */
  readonly elapsedMs: number;
  /** HTTP requests of this process that have begun and not ended. */
  readonly inFlight: number;
  /** Advances the time and fires due timers. */
  pass(ms: number): void;
  /** Waits until no HTTP request of this process is in flight. */
  settled(): Promise<void>;
  /** Advances the time without firing timers, like work that blocks the event loop. */
  block(ms: number): void;
  /** Sets the wall clock forward, or back. */
  setWallClock(byMs: number): void;
  /**
   * Waits like `until`, and advances the time meanwhile, except while an HTTP request is in flight.
   *
   * @param isHanging whether the requests in flight get no response, so that time must also pass during them
   */
  until<T>(what: string, question: () => Promise<T | undefined> | T | undefined, isHanging?: () => boolean): Promise<T>;
  /** Waits for the result of `work` like `until`. */
  during<T>(work: Promise<T>, isHanging?: () => boolean): Promise<T>;
}

const STEP_MS = 100;
/** Shorter, so that earlier data arrives in time. */
const HANGING_STEP_MS = 10;

const clocks = new WeakMap<TestContext, TestClock>();

/**
 * Stops the time of this process until the test ends; a second call returns the same clock. Only one test of a process can
 * do so at a time.
 */
export function stopClock(t: TestContext): TestClock {
  const clock = clocks.get(t) ?? newClock(t);
  clocks.set(t, clock);
  return clock;
}

function newClock(t: TestContext): TestClock {
  const wallMs = Date.now();
  // An integer, so that differences are exact.
  const monotonicMs = Math.ceil(performance.now());
  let elapsedMs = 0;
  let aheadMs = 0;
  const timers = mockTimers(t, () => elapsedMs);
  const mocks = [
    t.mock.method(Date, 'now', () => wallMs + elapsedMs + aheadMs),
    t.mock.method(performance, 'now', () => monotonicMs + elapsedMs),
    t.mock.method(ClientRequest.prototype, 'setTimeout', idleTimeout),
    ...timers.mocks,
  ];
  const inFlight = requestsInFlight(t);

  const clock: TestClock = {
    get elapsedMs() {
      return elapsedMs;
    },
    get inFlight() {
      return inFlight.size;
    },
    pass(ms) {
      // Mocks record their calls with a stack.
      for (const { mock } of mocks) mock.resetCalls();
      const endMs = elapsedMs + ms;
      for (let timer = timers.next(endMs); timer !== undefined; timer = timers.next(endMs)) {
        elapsedMs = Math.max(elapsedMs, timer.dueMs);
        timers.fire(timer);
      }
      elapsedMs = endMs;
    },
    async settled() {
      await until('the end of the requests', () => inFlight.size === 0 || undefined, { everyMs: 1 });
    },
    block(ms) {
      elapsedMs += ms;
    },
    setWallClock(byMs) {
      aheadMs += byMs;
    },
    until: (what, question, isHanging = () => false) =>
      until(
        what,
        async () => {
          const answer = await question();
          if (answer !== undefined) return answer;
          if (inFlight.size === 0) clock.pass(STEP_MS);
          else if (isHanging()) clock.pass(HANGING_STEP_MS);
          return undefined;
        },
        { everyMs: 1 },
      ),
    async during(work, isHanging) {
      let hasEnded = false;
      const end = (): void => {
        hasEnded = true;
      };
      work.then(end, end);
      await clock.until('the end of the work', () => hasEnded || undefined, isHanging);
      return work;
    },
  };
  return clock;
}

type Callback = (...given: unknown[]) => void;

interface Timer {
  dueMs: number;
  readonly run: () => void;
  /** Set for an interval. */
  readonly everyMs?: number;
  ref(): Timer;
  unref(): Timer;
  refresh(): Timer;
}

interface Timers {
  /** The timer that is due first, if it is due by `endMs`. */
  next(endMs: number): Timer | undefined;
  fire(timer: Timer): void;
  readonly mocks: readonly { readonly mock: { resetCalls(): void } }[];
}

/** Mocks `setTimeout`, `setInterval` and the functions that clear them. Earlier timers can also be cleared. */
function mockTimers(t: TestContext, nowMs: () => number): Timers {
  const timers = new Set<Timer>();
  const start = (run: () => void, ms = 0, isInterval = false): Timer => {
    const delayMs = Math.max(1, ms);
    const timer: Timer = {
      dueMs: nowMs() + delayMs,
      run,
      ...(isInterval && { everyMs: delayMs }),
      ref: () => timer,
      unref: () => timer,
      refresh() {
        timers.add(timer);
        timer.dueMs = nowMs() + delayMs;
        return timer;
      },
    };
    timers.add(timer);
    return timer;
  };
  const clearAny = (name: 'clearTimeout' | 'clearInterval') => {
    const clear = globalThis[name];
    return t.mock.method(globalThis, name, (timer: Timer & NodeJS.Timeout) => {
      if (!timers.delete(timer)) clear(timer);
    });
  };
  return {
    mocks: [
      t.mock.method(globalThis, 'setTimeout', (run: Callback, ms?: number, ...given: unknown[]) =>
        start(() => run(...given), ms),
      ),
      t.mock.method(globalThis, 'setInterval', (run: Callback, ms?: number, ...given: unknown[]) =>
        start(() => run(...given), ms, true),
      ),
      clearAny('clearTimeout'),
      clearAny('clearInterval'),
    ],
    next: (endMs) => [...timers].filter(({ dueMs }) => dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0],
    fire(timer) {
      if (timer.everyMs === undefined) timers.delete(timer);
      else timer.dueMs = nowMs() + timer.everyMs;
      timer.run();
    },
  };
}

/** HTTP requests of this process that have begun and not ended. */
function requestsInFlight(t: TestContext): ReadonlySet<object> {
  const requests = new Set<object>();
  const onStart = (message: unknown): void => {
    if (!(message instanceof Object && 'request' in message && message.request instanceof ClientRequest)) return;
    const { request } = message;
    requests.add(request);
    request.once('close', () => requests.delete(request));
  };
  subscribe('http.client.request.start', onStart);
  t.after(() => unsubscribe('http.client.request.start', onStart));
  return requests;
}

/** `ClientRequest.setTimeout` with a mockable timer, which restarts at every received byte. */
function idleTimeout(this: ClientRequest, ms: number, onIdle: () => void): ClientRequest {
  let timer: NodeJS.Timeout | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onIdle, ms);
  };
  restart();
  this.once('socket', (socket) => {
    socket.on('data', restart);
    this.once('close', () => socket.off('data', restart));
  });
  this.once('close', () => clearTimeout(timer));
  return this;
}
