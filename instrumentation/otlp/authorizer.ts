import { ExportError } from '../metric-exporter.ts';
import type { HttpClient } from './agent.ts';
import { type HttpResponse, type Post, post } from './transport.ts';

export interface Authorization {
  /** Added to the request, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Texts that must not appear in messages. */
  readonly secrets: readonly string[];
}

/** No valid credentials are available. The message contains no part of a credential. */
export class AuthorizationError extends ExportError {
  constructor(message: string) {
    super('other', message);
  }
}

/** Authorizes requests, for example with a signature. */
export interface Authorizer {
  /** Called for each request, including retries. Rejects with an AuthorizationError. */
  authorize(request: Post): Promise<Authorization>;
  /** Whether the request can succeed with a new authorization, for example because the response corrects the clock. */
  shouldRepeat(response: HttpResponse): boolean;
  /** Completes the error message if the receiver rejects an authorized request. */
  readonly rejectionHint: string;
}

export interface AuthorizedResponse {
  readonly response: HttpResponse;
  readonly secrets: readonly string[];
}

/**
 * Authorizes and sends a request, and repeats it at most once, unless there is no new authorization. On abort, rejects with the
 * signal's reason; while authorization is pending, with an AuthorizationError, because the receiver is not the cause.
 */
export async function postAuthorized(
  client: HttpClient,
  authorizer: Authorizer,
  request: Post,
  signal: AbortSignal,
): Promise<AuthorizedResponse> {
  const send = async (): Promise<AuthorizedResponse> => {
    const { headers, secrets } = await authorizationOf(authorizer, request, signal);
    const response = await post(client, { ...request, headers: { ...request.headers, ...headers } }, signal);
    return { response, secrets };
  };
  const first = await send();
  if (!authorizer.shouldRepeat(first.response) || signal.aborted) return first;
  try {
    return await send();
  } catch (error) {
    if (error instanceof AuthorizationError) return first;
    throw error;
  }
}

function authorizationOf(authorizer: Authorizer, request: Post, signal: AbortSignal): Promise<Authorization> {
  const { promise, resolve, reject } = Promise.withResolvers<Authorization>();
  const onAbort = (): void => reject(new AuthorizationError('no credentials within the export timeout'));
  signal.addEventListener('abort', onAbort, { once: true });
  authorizer.authorize(request).then(resolve, reject);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
