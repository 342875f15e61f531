/**
 * Measures the program from outside against a simulated endpoint, and bare Node.js processes in the same run. The
 * machine's speed and load affect both, so ratios vary less than figures. Linux only. Prints Markdown tables; `--check`
 * fails on a missed target. See README.md.
 */
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Bench } from './bench-run.ts';
import { measurePeers } from './peers/peers.ts';
import { type Part, type Plan, readPlan } from './plan.ts';
import { type Program, prepareProgram } from './program.ts';
import { measurePush } from './push.ts';
import { measureSizes } from './sizes.ts';
import { measureSoak } from './soak.ts';
import { short } from './statistics.ts';
import { renderGrid } from './table.ts';
import { judge, type TargetName, verdictLine } from './targets.ts';
import { measureUsual } from './usual.ts';

const MEASURES: Readonly<Record<Part, (bench: Bench) => Promise<string>>> = {
  sizes: measureSizes,
  usual: measureUsual,
  push: measurePush,
  soak: measureSoak,
  peers: measurePeers,
};

function facts(program: Program): string {
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  const system = `Linux ${release()}, ${short(totalmem() / 1e9)} GB`;
  return `\`${program.shown}\` on Node ${process.version}; ${cores}, ${system}; client and endpoint on the same machine.\n`;
}

// Without a listener a signal would skip the exit handlers, which stop programs and remove the copy of the bundle.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const USAGE = `npm run bench -- [--quick] [--check] [--only sizes,usual,push,soak,peers] [--soak [100000]]
                [--program FILE] [--node-flag --lite-mode] [--sizes 2,10] [--samples 300]`;

function planOrUsage(args: readonly string[]): Plan {
  try {
    return readPlan(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return process.exit(2);
  }
}

const plan = planOrUsage(process.argv.slice(2));
const program = prepareProgram(plan);
const measured = new Map<TargetName, number>();
const bench: Bench = { plan, program, note: (name, value) => void measured.set(name, value) };
process.stdout.write(facts(program));
for (const part of plan.parts) {
  try {
    process.stdout.write(`\n${await MEASURES[part](bench)}`);
  } catch (error) {
    // The other parts can still be measured.
    process.exitCode = 1;
    process.stdout.write(`\n${part}: failed, ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
const verdicts = judge(measured);
const head = ['figure', 'containers', 'target', 'measured', ''];
if (verdicts.length > 0) process.stdout.write(`\n${renderGrid([head, ...verdicts.map(verdictLine)])}`);
if (plan.isChecked && !verdicts.every(({ isTolerable }) => isTolerable)) process.exitCode = 1;
