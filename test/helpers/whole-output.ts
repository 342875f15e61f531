import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startInProcess } from './in-process-program.ts';
import { scriptedEndpoint } from './running.ts';
import { stopClock } from './test-clock.ts';

export interface OutputChecks {
  /** Paths to request. */
  readonly pages: readonly string[];
  /** Called with each response and with the log. */
  readonly check: (what: string, shown: string) => void;
  /** Whether the requests in flight get no response. @default never */
  readonly isHanging?: (() => boolean) | undefined;
}

/** Runs the program at level debug until `line` is logged, checks its pages, stops it, and checks its log. Returns the log. */
export async function checkWholeOutput(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  line: RegExp,
  { pages, check, isHanging = () => false }: OutputChecks,
): Promise<string> {
  const clock = stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const program = startInProcess(['run'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    EXPORTERS: 'prometheus,otlp',
    EXPORTER_PORT: '0',
    LOG_LEVEL: 'debug',
    ...env,
  });
  await clock.until(`a line ${line.source}`, () => line.test(program.stderr()) || undefined, isHanging);
  const origin = await program.origin();
  for (const path of pages) {
    const response = await fetch(origin + path);
    check(path, JSON.stringify([...response.headers]) + (await response.text()));
  }
  program.signal('SIGTERM');
  assert.equal(await clock.during(program.ended, isHanging), 0);
  check('the log', program.stderr());
  assert.equal(program.stdout(), '');
  return program.stderr();
}
