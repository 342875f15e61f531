/**
 * Measures the real program from outside, against a made-up endpoint, beside bare Node processes in the same run: the
 * machine's speed and load are in both, so the ratios say more than the figures. Linux only. Prints a table and judges
 * nothing.
 *
 *     npm run bench -- [--quick] [--program dist/src/cli/bin.js] [--sizes 2,10] [--samples 300] [--node-flag --lite-mode]
 */
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { measureSize } from './measure-size.ts';
import { type Plan, readPlan } from './plan.ts';
import { short } from './statistics.ts';
import { type Column, renderTable } from './table.ts';

function facts(plan: Plan): string {
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  const system = `Linux ${release()}, ${short(totalmem() / 1e9)} GB`;
  const program = [...plan.nodeFlags, plan.program].join(' ');
  return `\`${program}\` on Node ${process.version}; ${cores}, ${system}; client and endpoint on the same machine.\n`;
}

const plan = readPlan(process.argv.slice(2));
const columns: Column[] = [];
for (const size of plan.sizes) {
  process.stderr.write(`measuring ${size} containers\n`);
  columns.push(await measureSize(plan, size));
}
process.stdout.write(`${facts(plan)}\n${renderTable(columns)}`);
