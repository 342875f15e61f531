import { fileURLToPath } from 'node:url';
import { type Exposition, parseExposition } from './exposition.ts';
import { lastingPort } from './lasting-port.ts';
import { type Ending, startServer } from './server-process.ts';
import { until } from './wait.ts';

export interface ExporterProcess {
  readonly port: number;
  /** The page as sent. */
  page(): Promise<string>;
  metrics(): Promise<Exposition>;
  log(): string;
  stop(): Promise<Ending>;
}

/** The program from source; an installed one can replace it. */
const fromSource = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

/**
 * Starts the program as a process with arguments and `env`. It does not inherit the environment, so that variables of the
 * developer's shell do not affect the test.
 */
export async function startExporterProcess(
  command: 'run' | 'demo',
  args: readonly string[],
  bin: string = fromSource,
  env: Readonly<Record<string, string>> = {},
): Promise<ExporterProcess> {
  const port = await lastingPort();
  const child = await startServer(process.execPath, [bin, command, '--exporter-port', `${port}`, ...args], {
    env,
  });
  const url = `http://localhost:${port}`;

  const page = async (): Promise<string> => {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${text.slice(0, 200)}`);
    return text;
  };
  try {
    await until(
      'the exporter to be ready',
      async () => {
        if (child.hasEnded()) return 'ended';
        const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1000) });
        await response.arrayBuffer();
        return response.status === 200 ? 'ready' : undefined;
      },
      { timeoutMs: 20_000 },
    );
    if (child.hasEnded()) throw new Error('the exporter ended at once');
  } catch (error) {
    await child.stop();
    throw new Error(`the exporter did not start:\n${child.log()}`, { cause: error });
  }
  return { port, page, metrics: async () => parseExposition(await page()), log: child.log, stop: child.stop };
}
