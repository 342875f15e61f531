import { createHash } from 'node:crypto';
import { httpDateMs } from '../../instrumentation/http/headers.ts';
import type { Authorization, Authorizer } from '../../instrumentation/otlp/authorizer.ts';
import type { Post } from '../../instrumentation/otlp/transport.ts';
import type { CredentialsProvider } from './credentials.ts';
import { type SigningScope, sign } from './sign.ts';

/** AWS accepts dates that differ by up to 5 minutes, so below this difference the clock is not the cause of a rejection. */
const MIN_SKEW_MS = 60_000;

/** Services with a JSON protocol return 400 for an expired signature. */
const REJECTED = new Set([400, 403]);

const REJECTION_HINT =
  'the receiver rejects the signature, or the permission is missing: check the policy of the task role (for CloudWatch, cloudwatch:PutMetricData) or the access key, OTLP_AUTH_REGION and OTLP_AUTH_SERVICE';

/**
 * Signs each request with its own date. If the receiver rejects a request and its clock differs from the local one, later
 * requests use the receiver's clock.
 */
export function createSigV4Authorizer(scope: SigningScope, provider: CredentialsProvider): Authorizer {
  let offsetMs = 0;
  /** The offset of the last accepted request. */
  let acceptedMs = 0;
  const nowMs = (): number => Date.now() + offsetMs;
  async function signed({ url, headers, body }: Post): Promise<Authorization> {
    const credentials = await provider(nowMs());
    // AWS requires every x-amz-* header to be signed. Headers that a proxy may change are not signed.
    const own = Object.entries(headers).filter(([name]) => /^(?:content-type$|content-encoding$|x-amz-)/.test(name));
    const hash = { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') };
    const added = sign(
      {
        method: 'POST',
        path: `${url.pathname}${url.search}`,
        headers: { ...Object.fromEntries(own), host: headers['host'] ?? url.host, ...hash },
        body,
      },
      scope,
      credentials,
      new Date(nowMs()),
    );
    const [, signature = ''] = added['authorization']?.split('Signature=') ?? [];
    const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
    return {
      headers: { ...hash, ...added },
      secrets: [signature, accessKeyId, secretAccessKey, sessionToken].filter((text) => text !== ''),
    };
  }

  return {
    rejectionHint: REJECTION_HINT,
    async authorize(request) {
      try {
        return await signed(request);
      } catch (error) {
        // By a wrong date, for example of a proxy, all credentials can have expired. Without a request, it would stay.
        offsetMs = acceptedMs;
        throw error;
      }
    },
    shouldRepeat({ status, date = '' }) {
      if (status < 300) acceptedMs = offsetMs;
      const receiverMs = REJECTED.has(status) ? httpDateMs(date) : undefined;
      if (receiverMs === undefined || Math.abs(receiverMs - nowMs()) < MIN_SKEW_MS) return false;
      offsetMs = receiverMs - Date.now();
      return true;
    },
  };
}
