import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The answers that are being made or sent now. */
export interface AnswersInFlight {
  /** From now until it was sent. */
  add(response: ServerResponse): void;
  /** Ends all answers to this connection. Node tells a pipelined answer that was not its turn yet nothing of the close. */
  forget(socket: Socket): void;
  /** Resolves when there is none. */
  whenNone(): Promise<void>;
}

/**
 * Gives every answer `timeoutMs` from its request to its last byte, then cuts the connection. One deadline in total and not
 * one for silence: a client that takes a byte a second is never silent.
 */
export function trackAnswers(timeoutMs: number): AnswersInFlight {
  const deadlines = new Map<ServerResponse, NodeJS.Timeout>();
  const waiting = new Set<() => void>();
  const end = (response: ServerResponse) => {
    clearTimeout(deadlines.get(response));
    deadlines.delete(response);
    if (deadlines.size > 0) return;
    for (const wake of waiting) wake();
    waiting.clear();
  };
  return {
    add(response) {
      const cut = () => response.req.socket.destroy();
      deadlines.set(response, setTimeout(cut, timeoutMs));
      response.once('close', () => end(response));
    },
    forget(socket) {
      for (const response of deadlines.keys()) {
        if (response.req.socket === socket) end(response);
      }
    },
    whenNone: () =>
      new Promise((resolve) => {
        if (deadlines.size === 0) resolve();
        else waiting.add(resolve);
      }),
  };
}
