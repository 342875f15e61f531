import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { imageFlags } from '../bench/image-flags.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { startServer } from '../real/server-process.ts';
import { until } from '../real/wait.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUNDLE = join(ROOT, 'bundle', 'ecs-container-exporter.cjs');
const CONTROLLERS = '/sys/fs/cgroup';
const MIB = 2 ** 20;
const PERIOD_US = 100_000;

export interface Confinement {
  readonly memoryMib: number;
  readonly cores: number;
}

/** The bundle with the image's flags, as a process in cgroups of its own. */
export interface ConfinedProgram {
  readonly port: number;
  metrics(): Promise<Exposition>;
  rssMib(): number;
  /** How often the kernel killed a process for exceeding the memory limit. */
  oomKills(): number;
  log(): string;
  hasEnded(): boolean;
}

/** @throws without root, without cgroup v1 or without the bundle. */
export async function startConfined(
  t: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { memoryMib, cores }: Confinement,
): Promise<ConfinedProgram> {
  const port = await lastingPort();
  const memory = join(CONTROLLERS, 'memory', `hostile-${port}`);
  const cpu = join(CONTROLLERS, 'cpu', `hostile-${port}`);
  for (const folder of [memory, cpu]) mkdirSync(folder);
  writeFileSync(join(memory, 'memory.limit_in_bytes'), String(memoryMib * MIB));
  writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
  writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(cores * PERIOD_US));

  const flags = imageFlags(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
  const command = [process.execPath, ...flags, BUNDLE, 'run', '--exporter-port', String(port), ...args];
  // The shell enters the cgroups before it becomes the program, so that all of the program's memory is counted.
  const enter = [memory, cpu].map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ');
  const program = await startServer('/bin/sh', ['-c', `${enter} && exec "$@"`, 'sh', ...command], { env });
  t.after(async () => {
    await program.stop();
    for (const folder of [memory, cpu]) rmdirSync(folder);
  });

  const url = `http://127.0.0.1:${port}`;
  await until('the program to listen', async () => {
    if (program.hasEnded()) throw new Error(`the program ended:\n${program.log()}`);
    await (await fetch(`${url}/-/healthy`)).arrayBuffer();
    return true;
  });
  return {
    port,
    async metrics() {
      const response = await fetch(`${url}/metrics`);
      return parseExposition(await response.text());
    },
    rssMib: () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) / 1024,
    oomKills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(memory, 'memory.oom_control'), 'utf8'))?.[1]),
    log: program.log,
    hasEnded: program.hasEnded,
  };
}
