import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { imageFlags, imageMallocVariables } from '../bench/image-flags.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { startServer } from '../real/server-process.ts';
import { until } from '../real/wait.ts';
import { type Confinement, createControlGroup } from './control-group.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLE = join(ROOT, 'bundle', 'ecs-container-exporter.cjs');
/** The bundle with the image's flags and malloc variables, in its own control group. */
export interface ConfinedProgram {
  readonly pid: number;
  readonly port: number;
  metrics(): Promise<Exposition>;
  rssMib(): number;
  /** CPU time of the main thread so far. */
  mainThreadMs(): number;
  /** OOM kills. */
  oomKills(): number;
  log(): string;
  hasEnded(): boolean;
}

export interface ConfinedOptions {
  readonly args: readonly string[];
  readonly metadataUrl: string;
  readonly confinement: Confinement;
  /** A command that runs the program; its arguments are appended. @default none */
  readonly wrapper?: readonly string[];
}

/** @throws without root or without the bundle. */
export async function startConfined(
  t: TestContext,
  { args, metadataUrl, confinement, wrapper = [] }: ConfinedOptions,
): Promise<ConfinedProgram> {
  const port = await lastingPort();
  const group = createControlGroup(`hostile-${port}`, confinement);
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const searchPath = { PATH: process.env['PATH'] };
  const command = [
    ...wrapper,
    process.execPath,
    ...imageFlags(dockerfile),
    BUNDLE,
    'run',
    '--exporter-port',
    String(port),
    ...args,
  ];
  // The shell enters the group before it becomes the program, so that all of the program's memory is counted.
  const enter = group.procs.map((file) => `echo $$ > ${file}`).join(' && ');
  const program = await startServer('/bin/sh', ['-c', `${enter} && exec "$@"`, 'sh', ...command], {
    env: { ...imageMallocVariables(dockerfile), ...searchPath, ECS_CONTAINER_METADATA_URI_V4: metadataUrl },
  });
  t.after(async () => {
    await program.stop();
    group.remove();
  });

  const url = `http://127.0.0.1:${port}`;
  await until('the program to listen', async () => {
    if (program.hasEnded()) throw new Error(`the program ended:\n${program.log()}`);
    await (await fetch(`${url}/-/healthy`)).arrayBuffer();
    return true;
  });
  return {
    pid: program.pid,
    port,
    async metrics() {
      const response = await fetch(`${url}/metrics`);
      return parseExposition(await response.text());
    },
    rssMib: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) / 1024,
    mainThreadMs: () => Number(readFileSync(`/proc/${program.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    oomKills: group.oomKills,
    log: program.log,
    hasEnded: program.hasEnded,
  };
}
