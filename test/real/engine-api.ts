import { request } from 'node:http';
import type { Readable } from 'node:stream';

export interface EngineApi {
  /** Sends a request and returns the parsed response (undefined if empty). @throws if the status is 400 or above. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** Sends `content` as the body. */
  upload(path: string, content: Readable): Promise<unknown>;
}

/** The Docker Engine's HTTP API on a Unix socket. Unversioned paths use the newest API version of the engine. */
export function engineApi(socketPath: string): EngineApi {
  const send = (method: string, path: string, contentType: string, write: (to: NodeJS.WritableStream) => void) =>
    new Promise<unknown>((resolve, reject) => {
      const asked = request(
        { socketPath, method, path, headers: { host: 'docker', 'content-type': contentType }, timeout: 60_000 },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const status = answer.statusCode ?? 0;
            if (status >= 400) reject(new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`));
            else resolve(answer.headers['content-type']?.startsWith('application/json') ? lastDocument(text) : text);
          });
        },
      );
      asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer in 60 s`)));
      asked.on('error', reject);
      write(asked);
    });
  return {
    call: (method, path, body) =>
      send(method, path, 'application/json', (to) => (body === undefined ? to.end() : to.end(JSON.stringify(body)))),
    upload: (path, content) => send('POST', path, 'application/x-tar', (to) => content.pipe(to)),
  };
}

/** Responses are one JSON document, or one per line (the progress of an import), of which the last is the result. */
function lastDocument(text: string): unknown {
  const last = text.trim().split('\n').at(-1) ?? '';
  if (last === '') return undefined;
  const parsed: unknown = JSON.parse(last);
  return parsed;
}
