import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A metadata endpoint in its own process. */
export interface DocumentEndpoint {
  readonly url: string;
  /** Serves these documents from now on: a name of `ABSURD`; otherwise the normal ones. */
  send: ChildProcess['send'];
}

export async function startDocumentEndpoint(t: TestContext): Promise<DocumentEndpoint> {
  const child = fork(fileURLToPath(new URL('document-endpoint-process.ts', import.meta.url)));
  t.after(() => child.kill());
  const [port] = await once(child, 'message');
  return { url: `http://127.0.0.1:${port}/v4/abc`, send: child.send.bind(child) };
}
