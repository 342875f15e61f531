import { Agent, request } from 'node:http';

export interface Sent {
  /** 0 without a response. */
  readonly status: number;
  readonly durationMs: number;
}

/** Sends bodies in rotation, without waiting for responses, over persistent connections. */
export function createSender(
  url: string,
  bodies: readonly Buffer[],
): { readonly send: () => Promise<Sent>; readonly close: () => void } {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 10_000 });
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  let next = 0;
  return {
    send() {
      const body = bodies[next % bodies.length];
      next += 1;
      const startedMs = performance.now();
      const { promise, resolve } = Promise.withResolvers<Sent>();
      const end = (status: number): void => resolve({ status, durationMs: performance.now() - startedMs });
      const sending = request(url, { method: 'POST', agent, headers }, (response) => {
        end(response.statusCode ?? 0);
        response.resume();
      });
      sending.on('error', () => end(0));
      sending.end(body);
      return promise;
    },
    close: () => agent.destroy(),
  };
}
