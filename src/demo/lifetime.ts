/** One run of a container, in seconds since the task's start. */
export interface Life {
  /** How often the container was restarted before. */
  readonly restarts: number;
  readonly startS: number;
  /** When it ended or will end; infinity for never. */
  readonly endS: number;
}

/** The life under way, or else the last one, or the first one to come. */
export type Lifetime = (seconds: number) => Life;

export function forever(startS: number): Lifetime {
  return () => ({ restarts: 0, startS, endS: Number.POSITIVE_INFINITY });
}

/** A container that does its work and exits. */
export function once(startS: number, endS: number): Lifetime {
  return () => ({ restarts: 0, startS, endS });
}

/** A container with a restart policy that dies `runS` after each start, and starts again every `everyS`. */
export function again(startS: number, everyS: number, runS: number): Lifetime {
  return (seconds) => {
    const restarts = Math.max(0, Math.floor((seconds - startS) / everyS));
    const thisStartS = startS + restarts * everyS;
    return { restarts, startS: thisStartS, endS: thisStartS + runS };
  };
}

/** The life that has stats at `seconds`; undefined before the start and after the end. */
export function lifeAt(lifetime: Lifetime, seconds: number): Life | undefined {
  const life = lifetime(seconds);
  return life.startS <= seconds && seconds < life.endS ? life : undefined;
}
