import { type Bench, progress } from './bench-run.ts';
import { whileRunning } from './child.ts';
import { startEndpoint } from './endpoint/endpoint.ts';
import { measureNewSamples } from './new-samples.ts';
import { measureOneSample } from './one-sample.ts';
import { measureStart } from './start-time.ts';
import { type Column, renderTable } from './table.ts';

interface Size {
  readonly column: Column;
  readonly coldMsPerSeries: number;
}

/** The figures for one number of containers. */
async function measureSize(bench: Bench, containers: number): Promise<Size> {
  progress(`${containers} containers`);
  return whileRunning(startEndpoint(containers), async (endpoint) => {
    const start = await measureStart(bench, endpoint, containers);
    const { rows: oneSample, bare } = await measureOneSample(bench, endpoint, containers);
    const { rows: newSamples, coldP50Ms, series } = await measureNewSamples(bench, endpoint, containers, bare);
    return {
      column: { head: String(containers), rows: [...start, ...oneSample, ...newSamples] },
      coldMsPerSeries: coldP50Ms / series,
    };
  });
}

/** Latency, CPU and memory by number of containers, as a Markdown table. */
export async function measureSizes(bench: Bench): Promise<string> {
  const sizes = new Map<number, Size>();
  for (const containers of bench.plan.sizes) sizes.set(containers, await measureSize(bench, containers));
  const [some, many] = [sizes.get(50), sizes.get(1_000)];
  if (some !== undefined && many !== undefined) bench.note('cold growth', many.coldMsPerSeries / some.coldMsPerSeries);
  return renderTable(
    'containers',
    [...sizes.values()].map(({ column }) => column),
  );
}
