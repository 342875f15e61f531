import type { IncomingMessage } from 'node:http';
import { type Answer, line } from './answer.ts';
import type { OnRejected } from './connections.ts';
import { createLogins, type LoginResult, type Logins, type LoginsOptions } from './logins.ts';
import type { Client } from './router.ts';
import { createTlsGate, type TlsGate, type TlsSettings } from './tls-gate.ts';
import { createTokenBucket } from './token-bucket.ts';

export type { TlsGate, TlsSettings } from './tls-gate.ts';

/** Why a client was rejected: its TLS handshake failed, its user name or password is wrong, or it sends too many requests. */
export const SECURITY_REJECTIONS = ['tls', 'login', 'rate_limit'] as const;
export type SecurityRejection = (typeof SECURITY_REJECTIONS)[number];

/** Who may use the port, and how. */
export interface SecuritySettings {
  /** @default plain HTTP */
  readonly tls?: TlsSettings | undefined;
  /** Bcrypt hashes of passwords by user. If empty, no password is required. */
  readonly users: ReadonlyMap<string, string>;
  /** For all clients together. */
  readonly rateLimit?: RateLimit | undefined;
  /** Added to every response, in lower case. They replace the route's own, except for policies, which all apply. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface RateLimit {
  /** One request is allowed per interval, and `burst` at once. */
  readonly intervalMs: number;
  readonly burst: number;
}

/** The sender of a request, as identified by its connection. */
export interface Peer {
  /** Equal for all connections of one address. */
  readonly key: string;
  readonly isLoopback: boolean;
  readonly hasVerifiedCertificate: boolean;
}

/** The access control of one port. */
export interface PortSecurity {
  /** Undefined if the port serves plain HTTP. */
  readonly tls: TlsGate | undefined;
  /** The response to a request: that of `route` if the client is admitted. Rejects only if `route` does. */
  answer(
    request: IncomingMessage,
    peer: Peer,
    route: (client: Client) => Promise<Answer>,
    onRejected: OnRejected,
  ): Promise<Answer>;
  /** Applies to the next handshakes and requests. TLS cannot be turned on or off. */
  update(settings: SecuritySettings): void;
  close(): void;
}

export interface PortSecurityOptions extends Omit<LoginsOptions, 'users'> {
  /** Called before each handshake and request. They wait for it, so it should resolve quickly. Must not reject. */
  readonly refresh?: () => Promise<void>;
}

/** @throws if TLS cannot use the certificate, the key or the cipher suites */
export function createPortSecurity(settings: SecuritySettings, options: PortSecurityOptions = {}): PortSecurity {
  const { refresh = () => Promise.resolve(), nowMs = () => performance.now() } = options;
  const tls = settings.tls && createTlsGate(settings.tls, refresh);
  let current = settings;
  let requests = settings.rateLimit && createTokenBucket(settings.rateLimit);
  const logins = createLogins({ ...options, users: () => current.users });

  /** Undefined if the client may use the port. */
  async function refusal(request: IncomingMessage, peer: Peer, onRejected: OnRejected): Promise<Answer | undefined> {
    if (requests !== undefined && !requests.take(nowMs())) {
      onRejected('rate_limit');
      return line(429, 'too many requests', { 'retry-after': `${requests.secondsToNext(nowMs())}` });
    }
    if (current.users.size === 0) return undefined;
    const result = await loginResult(logins, request, peer);
    if (result === 'wrong' || result === 'limited') onRejected('login');
    return result === 'ok' ? undefined : REFUSALS[result];
  }

  return {
    tls,
    async answer(request, peer, route, onRejected) {
      await refresh();
      // Before the login is awaited: users that are added meanwhile did not apply to this request.
      const isAuthenticated = peer.hasVerifiedCertificate || current.users.size > 0;
      const refused = await refusal(request, peer, onRejected);
      const answer = refused ?? (await route({ isLoopback: peer.isLoopback, isAuthenticated }));
      return { ...answer, headers: combined(answer.headers, current.headers) };
    },
    update(changed) {
      if (tls !== undefined && changed.tls !== undefined) tls.update(changed.tls);
      const { intervalMs, burst } = changed.rateLimit ?? {};
      const isSameLimit = current.rateLimit?.intervalMs === intervalMs && current.rateLimit?.burst === burst;
      if (!isSameLimit) requests = changed.rateLimit && createTokenBucket(changed.rateLimit);
      current = changed;
    },
    close: () => logins.close(),
  };
}

const POLICY = 'content-security-policy';

/** Browsers enforce each policy of a list. */
function combined(own: Answer['headers'], configured: SecuritySettings['headers']): NonNullable<Answer['headers']> {
  const policies = [own?.[POLICY], configured[POLICY]].filter((policy) => policy !== undefined);
  return { ...own, ...configured, ...(policies.length > 0 && { [POLICY]: policies.join(', ') }) };
}

function loginResult(logins: Logins, request: IncomingMessage, { key }: Peer): Promise<LoginResult> {
  return logins.check(request.headers.authorization, key);
}

const CHALLENGE = line(401, 'user name and password required', { 'www-authenticate': 'Basic' });

const REFUSALS: Readonly<Record<Exclude<LoginResult, 'ok'>, Answer>> = {
  missing: CHALLENGE,
  wrong: CHALLENGE,
  limited: line(429, 'too many failed logins', { 'retry-after': '10' }),
  busy: line(503, 'too many logins', { 'retry-after': '5' }),
  failed: line(503, 'passwords cannot be checked', { 'retry-after': '5' }),
};
