import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Attributes, ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { DgramSocket } from 'node-unix-socket';
import type { MetricExporter } from '../../instrumentation/metric-exporter.ts';
import { until } from '../real/wait.ts';

/** A receiver of DogStatsD datagrams. */
export interface StatsdReceiver {
  /** All datagrams in the order of arrival. */
  readonly datagrams: readonly string[];
  /** Waits for this number of lines and returns all lines. */
  lines(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

function receiverOf(datagrams: readonly string[], close: () => Promise<void>): StatsdReceiver {
  return {
    datagrams,
    lines: (count) =>
      until(`${count} lines, there are ${linesOf(datagrams).length}`, () => {
        const lines = linesOf(datagrams);
        return lines.length >= count ? lines : undefined;
      }),
    close,
  };
}

export function linesOf(datagrams: readonly string[]): readonly string[] {
  return datagrams.flatMap((datagram) => datagram.split('\n'));
}

/** Listens on UDP; closed with the test. @param port 0 for any free one. */
export async function udpReceiver(
  t: TestContext,
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<StatsdReceiver & { readonly port: number }> {
  const datagrams: string[] = [];
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (datagram) => void datagrams.push(datagram.toString('utf8')));
  socket.bind(port, host);
  await once(socket, 'listening');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    socket.close();
    await once(socket, 'close');
  };
  t.after(close);
  return { ...receiverOf(datagrams, close), port: socket.address().port };
}

/** Listens on a Unix datagram socket; closed with the test. */
export function unixReceiver(t: TestContext, path: string): StatsdReceiver {
  const datagrams: string[] = [];
  const socket = new DgramSocket();
  socket.on('data', (datagram: Buffer) => void datagrams.push(datagram.toString('utf8')));
  socket.bind(path);
  const close = async (): Promise<void> => {
    socket.close();
    rmSync(path, { force: true });
  };
  t.after(close);
  return receiverOf(datagrams, close);
}

/** A path for a socket, in a folder that is deleted with the test. */
export function socketPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'statsd-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'dsd.socket');
}

/** Starts a process that reads from a Unix datagram socket and can be paused with SIGSTOP. Ends with the test. */
export async function readingProcess(t: TestContext, path: string): Promise<ChildProcess> {
  const script = `import { DgramSocket } from ${JSON.stringify(import.meta.resolve('node-unix-socket'))};
    const socket = new DgramSocket();
    socket.on('data', () => {});
    socket.bind(${JSON.stringify(path)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await until('the reading process', () => (existsSync(path) ? true : undefined));
  return child;
}

/** A metric as the SDK collects it. */
export function metricOf(
  name: string,
  points: readonly (readonly [value: number, attributes?: Attributes])[],
  kind: 'gauge' | 'counter' | 'updowncounter' = 'gauge',
): MetricData {
  const common = {
    descriptor: { name, description: '', unit: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map(([value, attributes = {}]) => ({
      startTime: [0, 0] satisfies [number, number],
      endTime: [1, 0] satisfies [number, number],
      value,
      attributes,
    })),
  };
  return kind === 'gauge'
    ? { ...common, dataPointType: DataPointType.GAUGE }
    : { ...common, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter' };
}

/** Exports the metrics and returns the error, if any. */
export async function exportOf(
  exporter: MetricExporter,
  metrics: readonly MetricData[],
  resource = emptyResource(),
  signal = new AbortController().signal,
): Promise<Error | undefined> {
  const scopeMetrics = [{ scope: { name: 'test' }, metrics: [...metrics] }];
  const { error } = await exporter.export([{ resource, scopeMetrics }], signal);
  return error;
}

/** A metric with this number of series. Each line has about 90 bytes. */
export function manySeries(count: number): MetricData {
  const points = Array.from({ length: count }, (_, number) => {
    const attributes: Attributes = { container_name: `container-${number}`, iface: 'eth0' };
    return [1_000_000_000 + number, attributes] as const;
  });
  return metricOf('ecs_task.network_rx_bytes', points, 'counter');
}
