import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SigV4Keys, VerifiedRequest } from '../helpers/sigv4-verifier.ts';
import { builtProgram } from '../real/built-program.ts';

const signer = (): string => builtProgram('sign-requests', '.ci/install-push-parts');

/** AWS's test vectors, from the source distribution. */
export function vectorsFolder(): string {
  const folder = dirname(realpathSync(signer()));
  const source = readdirSync(folder).find((name) => name.startsWith('botocore-'));
  if (source === undefined) throw new Error(`no botocore in ${folder}`);
  return join(folder, source, 'tests/unit/auth/aws4_testsuite');
}

export interface ToSign {
  readonly request: VerifiedRequest;
  readonly keys: SigV4Keys;
  readonly region: string;
  readonly service: string;
}

/** Returns the Authorization header that botocore computes for each request, over the headers that the request has signed. */
export function botocoreAuthorizations(all: readonly ToSign[]): readonly string[] {
  const lines = all.map(({ request: { method, target, headers, body }, keys, region, service }) => {
    const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
    const signed = Object.fromEntries(names.split(';').map((name) => [name, headers[name]]));
    const { accessKeyId, secretAccessKey } = keys;
    const url = `https://${headers.host}${target}`;
    const given = { method, url, headers: signed, body: body.toString('base64'), region, service };
    return JSON.stringify({ ...given, accessKeyId, secretAccessKey });
  });
  const output = execFileSync(signer(), { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return output.trimEnd().split('\n');
}
