import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';

const BUSY_LOOPS = 6;
/** Ends a run that hangs: ten times as long as `npm test` lasts without the loops. */
const LIMIT_MINUTES = 30;
/** For the report on SIGINT, in which node:test lists the files that are still running. */
const REPORT_SECONDS = 20;
/** Exits with its parent, even if the parent is killed. */
const BUSY_LOOP = 'const parent = process.ppid; while (process.ppid === parent);';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs: ${values.runs} is not a positive integer`);

/** Runs `npm test` in a process group of its own, since npm does not forward signals to its children. */
async function runTests(): Promise<boolean> {
  const npm = spawn('npm', ['test'], { stdio: 'inherit', detached: true });
  const signal = (name: NodeJS.Signals) => {
    if (npm.pid !== undefined) process.kill(-npm.pid, name);
  };
  const interrupt = () => {
    signal('SIGKILL');
    process.exit(1);
  };
  let report: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => {
    process.stdout.write(`\nno end after ${LIMIT_MINUTES} minutes\n`);
    signal('SIGINT');
    report = setTimeout(signal, REPORT_SECONDS * 1000, 'SIGKILL');
  }, LIMIT_MINUTES * 60_000);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const [code] = await once(npm, 'exit');
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  clearTimeout(limit);
  clearTimeout(report);
  return code === 0;
}

const loops = Array.from({ length: BUSY_LOOPS }, () => spawn(process.execPath, ['-e', BUSY_LOOP], { stdio: 'ignore' }));
const results: string[] = [];
let failed = 0;
for (let run = 1; run <= runs; run += 1) {
  const startMs = performance.now();
  const isGreen = await runTests();
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const loads = loadavg().map((load) => load.toFixed(1));
  results.push(
    `run ${run} of ${runs}: ${isGreen ? 'passed' : 'FAILED'} in ${seconds} s, load average ${loads.join(', ')}`,
  );
  process.stdout.write(`\n${results.at(-1)}\n`);
  if (!isGreen) failed += 1;
}
for (const loop of loops) loop.kill();

process.stdout.write(
  `\n${results.join('\n')}\n${runs - failed} of ${runs} runs passed under the load of ${BUSY_LOOPS} busy loops\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
