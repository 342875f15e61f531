/** Runs one piece of work after the other, each when the one before has ended, however it did. */
export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * For collections. The SDK gives what was observed since the last one, so of two that overlap the first would get
 * everything, and the second nothing.
 */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Without the result, which would be kept until the next turn.
    last = turn.then(
      () => {},
      () => {},
    );
    return turn;
  };
}
