/**
 * Loaded before the program (`node --require`): makes its hours milliseconds, so that thousands of polls and exports can be
 * watched in a minute, with nothing of the program changed. Timers of more than 50 minutes and up to an hour, which is what
 * an interval of 3600 s sets, take FAST_TIMER_MS instead; all others, deadlines among them, are left alone.
 */
const { setTimeout, setInterval } = globalThis;
const fastTimerMs = Number(process.env.FAST_TIMER_MS ?? 10);

/** @param {number | undefined} ms */
const isFast = (ms) => (ms !== undefined && ms > 3_000_000 && ms <= 3_600_000 ? fastTimerMs : ms);

globalThis.setTimeout = Object.assign((callback, ms, ...rest) => setTimeout(callback, isFast(ms), ...rest), setTimeout);
globalThis.setInterval = (callback, ms, ...rest) => setInterval(callback, isFast(ms), ...rest);
