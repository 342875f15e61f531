/** The part of a writable stream that is needed here; `process.stderr` has it. */
export interface LineStream {
  readonly writableLength: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A reader that has stopped reading costs this much memory, and not more. */
const MAX_WAITING_BYTES = 256 * 1024;

/**
 * Writes lines to a stream that may be closed or blocked by its reader (a log driver under back-pressure, a pipe into a
 * program that ended) without ever throwing or waiting. The answer is `false` for a line that was dropped.
 */
export function createLineWriter(stream: LineStream, maxWaitingBytes = MAX_WAITING_BYTES): (line: string) => boolean {
  let isBroken = false;
  // Without a listener a closed pipe (EPIPE) would end the process, and there is nowhere left to report it.
  stream.on('error', () => {
    isBroken = true;
  });
  return (line) => {
    if (isBroken || stream.writableLength > maxWaitingBytes) return false;
    stream.write(line);
    return true;
  };
}
