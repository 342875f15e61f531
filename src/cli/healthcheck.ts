import { clientHosts, httpOrigin } from '../config/addresses.ts';
import { resolveHealthcheck } from '../config/resolve.ts';
import { messageOf } from '../text/printable.ts';
import { type CommandContext, EXIT, print, reportInvalid } from './context.ts';

/** Less than the default timeout of an ECS health check, 5 s. */
const DEADLINE_MS = 3_000;

/** `healthcheck`: requests the health of the running exporter. Prints one line, which `docker inspect` shows. */
export async function healthcheck({ line, env, stdout, stderr }: CommandContext): Promise<number> {
  const http = resolveHealthcheck(line, env);
  if ('problems' in http) return reportInvalid(stderr, http);
  const { isHealthy, text } = await check(clientHosts(http.host), http.port, AbortSignal.timeout(DEADLINE_MS));
  await print(stdout, `${text}\n`);
  return isHealthy ? EXIT.ok : EXIT.runtime;
}

interface Result {
  readonly isHealthy: boolean;
  readonly text: string;
}

/**
 * Statuses from a working process that rejects the health check: with a web configuration file, the port may serve HTTPS only,
 * require a password, or limit requests. The health check needs none of its settings and secrets.
 */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [400, ': the port serves HTTPS only'],
  [401, ': the port requires a password'],
  [429, ': rate limit exceeded'],
]);

/** Tries the hosts in order until one responds. */
async function check(hosts: readonly string[], port: number, signal: AbortSignal): Promise<Result> {
  const { get } = await import('node:http');
  const failures: string[] = [];
  for (const host of hosts) {
    const url = `${httpOrigin(host, port)}/-/healthy`;
    try {
      const status = await new Promise<number>((resolve, reject) => {
        // Without an agent, no proxy from the environment is used and no socket is kept.
        get(url, { agent: false, signal }, (response) => {
          response.destroy();
          resolve(response.statusCode ?? 0);
        }).on('error', reject);
      });
      const refusal = REFUSALS.get(status);
      const isHealthy = status === 200 || refusal !== undefined;
      return { isHealthy, text: `${isHealthy ? 'healthy' : 'not healthy'}: ${url} returned ${status}${refusal ?? ''}` };
    } catch (error) {
      failures.push(`${url}: ${signal.aborted ? `no response within ${DEADLINE_MS / 1_000} s` : messageOf(error)}`);
      if (signal.aborted) break;
    }
  }
  return { isHealthy: false, text: `not healthy: ${failures.join('; ')}` };
}
