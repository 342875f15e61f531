/** A credentials endpoint as on ECS, with faults. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { SigV4Keys } from './sigv4-verifier.ts';

export interface CredentialsServer {
  /** With a path that must not appear in a log. */
  readonly url: URL;
  lifetimeMs: number;
  /** Replaces the response; hang: no response. */
  fault: ((response: ServerResponse) => void) | 'hang' | undefined;
  /** Number of open requests without a response. */
  readonly hanging: number;
  readonly requests: number;
  /** For `startSigV4Receiver`: keys that were handed out and have not expired. */
  keysOf(accessKeyId: string): SigV4Keys | undefined;
  close(): Promise<void>;
  /** Listens again on the same port. */
  listen(): Promise<void>;
}

/** Part of every secret of the server. */
export const CREDENTIALS_CANARY = 'c4n4ry';

/** @param host for example 169.254.170.2, with `port` 80 */
export async function startCredentialsServer(host = '127.0.0.1', port = 0): Promise<CredentialsServer> {
  const issued = new Map<string, SigV4Keys & { readonly expiresAtMs: number }>();
  let requests = 0;
  let hanging = 0;
  const path = `/v2/credentials/${CREDENTIALS_CANARY}-path`;
  const server = createServer((request, response) => {
    requests += 1;
    if (request.url !== path) return void response.writeHead(404).end();
    if (state.fault === 'hang') {
      hanging += 1;
      response.once('close', () => {
        hanging -= 1;
      });
      return;
    }
    if (state.fault !== undefined) return state.fault(response);
    const accessKeyId = `AKID${CREDENTIALS_CANARY}${requests}`;
    const secretAccessKey = `${CREDENTIALS_CANARY}/+secret-${requests}`;
    const sessionToken = `${CREDENTIALS_CANARY}/+token==${requests}`;
    const expiration = new Date(Date.now() + state.lifetimeMs).toISOString();
    issued.set(accessKeyId, { accessKeyId, secretAccessKey, sessionToken, expiresAtMs: Date.parse(expiration) });
    const document = {
      RoleArn: 'arn:aws:iam::111122223333:role/task',
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: expiration,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await once(server.listen(port, host), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the credentials endpoint has no address');
  const state: CredentialsServer = {
    url: new URL(`http://${host}:${address.port}${path}`),
    lifetimeMs: 6 * 3_600_000,
    fault: undefined,
    get hanging() {
      return hanging;
    },
    get requests() {
      return requests;
    },
    keysOf(accessKeyId) {
      const keys = issued.get(accessKeyId);
      return keys !== undefined && keys.expiresAtMs > Date.now() ? keys : undefined;
    },
    async listen() {
      await once(server.listen(address.port, host), 'listening');
    },
    async close() {
      server.closeAllConnections();
      if (server.listening) await once(server.close(), 'close');
    },
  };
  return state;
}
