import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type Exposition, parseExposition } from './exposition.ts';
import { lastingPort } from './lasting-port.ts';
import { pushPart } from './push-parts.ts';
import { type Ending, startServer } from './server-process.ts';
import { until } from './wait.ts';

/** The address on which the agent listens. */
export type StatsdAddress = { readonly udpPort: number } | { readonly socketPath: string };

/** Prometheus' statsd_exporter, which serves the received metrics. */
export interface StatsdExporterServer {
  /** Its page: received metrics (with `_` for dots), and its own metrics. */
  metrics(): Promise<Exposition>;
  log(): string;
  stop(): Promise<Ending>;
}

/** @throws if it is not installed or does not start. */
export async function startStatsdExporter(address: StatsdAddress): Promise<StatsdExporterServer> {
  const webPort = await lastingPort();
  const isUdp = 'udpPort' in address;
  // A killed agent leaves its socket file, which prevents a new start.
  if (!isUdp) rmSync(address.socketPath, { force: true });
  const server = await startServer(pushPart('statsd_exporter'), [
    `--statsd.listen-udp=${isUdp ? `127.0.0.1:${address.udpPort}` : ''}`,
    `--statsd.listen-unixgram=${isUdp ? '' : address.socketPath}`,
    '--statsd.listen-tcp=',
    '--statsd.event-flush-interval=20ms',
    `--web.listen-address=127.0.0.1:${webPort}`,
  ]);
  const metrics = async (): Promise<Exposition> => {
    const response = await fetch(`http://127.0.0.1:${webPort}/metrics`, { signal: AbortSignal.timeout(5000) });
    return parseExposition(await response.text());
  };
  try {
    await until('statsd_exporter', async () => {
      if (server.hasEnded()) return 'ended';
      return (await metrics()).series.length > 0 ? 'ready' : undefined;
    });
    if (server.hasEnded()) throw new Error('it ended at once');
  } catch (error) {
    await server.stop();
    throw new Error(`statsd_exporter did not start:\n${server.log().slice(-2000)}`, { cause: error });
  }
  return { metrics, log: server.log, stop: server.stop };
}

/** A currently free UDP port of the loopback interface. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
