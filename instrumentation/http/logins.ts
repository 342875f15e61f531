import { createHmac, randomBytes } from 'node:crypto';
import { createPasswordChecker, type PasswordChecker } from './password-checker.ts';
import { createTokenBucket, remember, type TokenBucket } from './token-bucket.ts';

/**
 * `missing`: no user name and password. `limited`: too many failed logins of the address. `busy`: too many logins wait.
 * `failed`: the worker thread failed.
 */
export type LoginResult = 'ok' | 'missing' | 'wrong' | 'limited' | 'busy' | 'failed';

export interface Logins {
  /** @param authorization the header @param client the address. Never rejects. */
  check(authorization: string | undefined, client: string): Promise<LoginResult>;
  /** Logins that wait have no comparison. */
  close(): void;
}

export interface LoginsOptions {
  /** The current bcrypt hashes by user. */
  readonly users: () => ReadonlyMap<string, string>;
  /** @default a worker thread */
  readonly checker?: PasswordChecker;
  /** Called when the worker thread fails. Must not throw. */
  readonly onCheckFailed?: (error: unknown) => void;
  /** Called when a password could be checked. Must not throw. */
  readonly onChecked?: () => void;
  /** Monotonic milliseconds. @default performance.now */
  readonly nowMs?: () => number;
}

/** Cached results, for correct and for wrong logins each. */
const MAX_RESULTS = 100;
/** Failed logins that an address may make at once, and the time until it may fail again. */
const FAILURES = { burst: 10, intervalMs: 10_000 } as const;
/** Addresses whose failures are remembered. */
const MAX_CLIENTS = 1_024;
/** Logins queued for the worker thread, in total and per address. */
const MAX_WAITING = 32;
const MAX_WAITING_OF_CLIENT = 4;
/** After a wrong password, the worker thread pauses for this multiple of the duration of the check. */
const REST_FACTOR = 3;

interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * Checks logins. Results are cached under a keyed hash, equal logins share one check, and failed logins are limited per
 * address. Cached correct logins are never limited, and wrong ones never displace them.
 */
export function createLogins(options: LoginsOptions): Logins {
  const { users, onCheckFailed = () => {}, onChecked = () => {}, nowMs = () => performance.now() } = options;
  const checker = options.checker ?? createPasswordChecker();
  const hashKey = randomBytes(32);
  const correct = new Map<string, true>();
  const wrong = new Map<string, true>();
  const pending = new Map<string, Promise<LoginResult>>();
  const waiting = new Map<string, number>();
  const failures = new Map<string, TokenBucket>();
  /** Resolves when the worker thread may check the next password. Never rejects. */
  let turn: Promise<void> = Promise.resolve();
  let isClosed = false;

  function failuresOf(client: string): TokenBucket {
    const bucket = failures.get(client) ?? createTokenBucket(FAILURES);
    remember(failures, client, bucket, MAX_CLIENTS);
    return bucket;
  }

  async function compare(login: Login, hash: string, isUser: boolean, key: string): Promise<LoginResult> {
    const checked = turn.then(async () => {
      if (isClosed) throw new Error('the server is closing');
      const startMs = nowMs();
      const isMatch = (await checker.check(login.password, hash)) && isUser;
      return { isMatch, restMs: isMatch ? 0 : (nowMs() - startMs) * REST_FACTOR };
    });
    turn = checked.then(
      ({ restMs }) => rest(restMs),
      () => {},
    );
    try {
      const { isMatch } = await checked;
      onChecked();
      remember(isMatch ? correct : wrong, key, true, MAX_RESULTS);
      return isMatch ? 'ok' : 'wrong';
    } catch (error) {
      if (!isClosed) onCheckFailed(error);
      return 'failed';
    }
  }

  async function compareFor(client: string, work: () => Promise<LoginResult>): Promise<LoginResult> {
    const bucket = failuresOf(client);
    if ((waiting.get(client) ?? 0) >= MAX_WAITING_OF_CLIENT || !bucket.take(nowMs())) return 'limited';
    waiting.set(client, (waiting.get(client) ?? 0) + 1);
    const result = await work();
    const left = (waiting.get(client) ?? 1) - 1;
    if (left > 0) waiting.set(client, left);
    else waiting.delete(client);
    if (result !== 'wrong') bucket.giveBack();
    return result;
  }

  return {
    async check(authorization, client) {
      const login = parseLogin(authorization);
      if (login === undefined) return 'missing';
      const found = users().get(login.user);
      // An unknown user takes as long as a known one.
      const hash = found ?? decoyHash(users());
      const key = createHmac('sha256', hashKey)
        .update(JSON.stringify([login.user, hash, login.password]))
        .digest('base64');
      if (correct.has(key)) {
        remember(correct, key, true, MAX_RESULTS);
        return 'ok';
      }
      if (wrong.has(key)) return 'wrong';
      const running = pending.get(key);
      if (running !== undefined) return running;
      if (pending.size >= MAX_WAITING) return 'busy';
      const result = compareFor(client, () => compare(login, hash, found !== undefined, key));
      pending.set(key, result);
      result.finally(() => pending.delete(key));
      return result;
    },
    close() {
      isClosed = true;
      checker.close();
    },
  };
}

/** https://www.rfc-editor.org/rfc/rfc7617 */
function parseLogin(authorization: string | undefined): Login | undefined {
  const encoded = /^basic +([a-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const at = text.indexOf(':');
  return at < 0 ? undefined : { user: text.slice(0, at), password: text.slice(at + 1) };
}

/** A hash that no password matches, with the highest cost of the users' hashes. */
function decoyHash(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6));
  return `$2b$${costs.toSorted().at(-1) ?? '10'}$${'.'.repeat(53)}`;
}

/** Does not keep the process alive. */
function rest(ms: number): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
