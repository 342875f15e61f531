import { OPTIONS } from '../../config/options.ts';
import { problem } from '../../config/problem.ts';
import { createSettings } from '../../config/settings.ts';
import { messageOf } from '../../text/printable.ts';
import { clientHosts, httpOrigin } from '../addresses.ts';
import { type CommandContext, EXIT, print, reportProblems } from '../context.ts';

/** Below the 5 s that ECS gives a health check by default. */
const DEADLINE_MS = 3_000;

/** `healthcheck`: asks the exporter that runs beside it. One line on stdout, which `docker inspect` shows. */
export async function healthcheck(context: CommandContext): Promise<number> {
  const settings = createSettings(context.line.flags, context.env);
  const host = settings.value(OPTIONS.httpHost);
  const port = settings.value(OPTIONS.httpPort);
  if (port === 0) {
    const message = 'port 0 means any free port, which healthcheck cannot know: give --exporter-port';
    settings.report(problem('conflict', '--exporter-port', message));
  }
  const problems = [...context.line.problems, ...settings.problems];
  if (problems.length > 0) return reportProblems(context.stderr, problems);

  const answer = await ask(clientHosts(host), port, AbortSignal.timeout(DEADLINE_MS));
  await print(context.stdout, `${answer.text}\n`);
  return answer.isHealthy ? EXIT.ok : EXIT.runtime;
}

interface Answer {
  readonly isHealthy: boolean;
  readonly text: string;
}

/** Tries the hosts one after the other until one answers at all. */
async function ask(hosts: readonly string[], port: number, signal: AbortSignal): Promise<Answer> {
  const { get } = await import('node:http');
  const failures: string[] = [];
  for (const host of hosts) {
    const url = `${httpOrigin(host, port)}/-/healthy`;
    try {
      const status = await new Promise<number>((resolve, reject) => {
        // No agent: a proxy from the environment may have no say, and no socket is kept.
        get(url, { agent: false, signal }, (response) => {
          response.destroy();
          resolve(response.statusCode ?? 0);
        }).on('error', reject);
      });
      const isHealthy = status === 200;
      return { isHealthy, text: `${isHealthy ? 'healthy' : 'not healthy'}: ${url} answered ${status}` };
    } catch (error) {
      failures.push(`${url}: ${signal.aborted ? `no answer within ${DEADLINE_MS / 1_000} s` : messageOf(error)}`);
      if (signal.aborted) break;
    }
  }
  return { isHealthy: false, text: `not healthy: ${failures.join('; ')}` };
}
