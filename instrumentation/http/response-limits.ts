import type { ClientRequest } from 'node:http';

/** A body as it arrives. */
export interface BodyBytes {
  /** Returns false if the limit truncated the chunk. */
  add(chunk: Buffer): boolean;
  content(): Buffer;
}

/** Copies chunks into one buffer: a list of one-byte chunks would need a hundred times the memory of their content. */
export function createBodyBytes(limit: number): BodyBytes {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    add(chunk) {
      const end = Math.min(length + chunk.length, limit);
      if (end > buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * end, limit));
      chunk.copy(buffer, length, 0, end - length);
      const isWhole = length + chunk.length === end;
      length = end;
      return isWhole;
    },
    content: () => buffer.subarray(0, length),
  };
}

/** Far above the one or two that servers send. */
const MAX_INFORMATIONAL = 100;

/** Calls `onFlood` if the server sends too many informational (1xx) responses, which no timeout of node:http ends. */
export function watchInformational(request: ClientRequest, onFlood: () => void): void {
  let count = 0;
  request.on('information', () => {
    count += 1;
    if (count > MAX_INFORMATIONAL) onFlood();
  });
}
