import { metricsOf, type OtlpExport, pointsOf } from '../helpers/otlp-export.ts';
import { type Bench, progress } from './bench-run.ts';
import { whileRunning } from './child.ts';
import { type Endpoint, startEndpoint } from './endpoint/endpoint.ts';
import { startPushing } from './exporter.ts';
import { memoryText } from './memory-text.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { cpuMs, memory } from './process-figures.ts';
import { short } from './statistics.ts';
import { renderTable } from './table.ts';

const CONTAINERS = 10;
/** The pause after a poll, and between two exports: long enough for one export to end before the next. */
const FAST_TIMER_MS = 20;
const WARM_UP_SHARE = 0.2;

/** Faults of the last export; empty if it is complete. */
function exportFaults(last: OtlpExport): readonly string[] {
  const totalOf = (name: string): number => pointsOf(last, name).reduce((sum, { value }) => sum + value, 0);
  const named = new Set(pointsOf(last, 'container.cpu.time').map(({ attributes }) => attributes.get('container.name')));
  const failures = totalOf('aws.ecs.exporter.export.failures') + totalOf('aws.ecs.exporter.poll.failures');
  return [
    ...(named.size === CONTAINERS ? [] : [`${named.size} containers`]),
    ...(failures === 0 ? [] : [`${failures} exports or polls failed`]),
    ...(totalOf('aws.ecs.exporter.status') === 1 ? [] : ['the status is not 1']),
  ];
}

/**
 * OTLP/HTTP push with the defaults (protobuf, cumulative, uncompressed), each export of a new sample.
 *
 * @throws when an export or a poll failed.
 */
export function measurePush(bench: Bench): Promise<string> {
  progress(`${bench.plan.exports} exports over OTLP`);
  return whileRunning(startEndpoint(CONTAINERS), (endpoint) =>
    whileRunning(startOtlpReceiver(), (receiver) =>
      whileRunning(startPushing(bench.program, endpoint.url, receiver.url, FAST_TIMER_MS), ({ pid }) =>
        follow(bench, endpoint, receiver, pid),
      ),
    ),
  );
}

async function follow({ plan, note }: Bench, endpoint: Endpoint, receiver: OtlpReceiver, pid: number): Promise<string> {
  /** Waits for a number of exports and returns the CPU time per export. */
  const exported = async (count: number): Promise<number> => {
    const before = cpuMs(pid);
    const already = receiver.exports();
    while (receiver.exports() - already < count) {
      await endpoint.step();
      await receiver.nextExport();
    }
    return (cpuMs(pid) - before) / (receiver.exports() - already);
  };
  await endpoint.hold();
  const warmUp = Math.round(plan.exports * WARM_UP_SHARE);
  await exported(warmUp);
  const cpu = await exported(plan.exports - warmUp);
  const after = memory(pid);
  note('push rss', after.rssMb);
  const last = await receiver.lastExport();
  const faults = exportFaults(last);
  if (faults.length > 0) throw new Error(`the last export: ${faults.join(', ')}`);
  const points = metricsOf(last).reduce((sum, metric) => sum + metric.points.length, 0);
  const rows = [
    { label: 'points per export', value: String(points) },
    { label: 'RSS after them (private), MB', value: memoryText(after) },
    { label: 'CPU of a poll and its export, ms', value: short(cpu) },
  ];
  return renderTable(`${CONTAINERS} containers, OTLP`, [{ head: `${receiver.exports()} exports`, rows }]);
}
