import assert from 'node:assert/strict';
import { startSimulator } from '../bench/simulator/server.ts';
import { at, listAt, textAt } from '../real/json.ts';
import { lastingPort } from '../real/lasting-port.ts';
import type { PrometheusServer } from '../real/prometheus-server.ts';
import { startServer } from '../real/server-process.ts';
import { until } from '../real/wait.ts';
import type { CleanUp } from './clean-up.ts';
import { type DiscoverableTask, type EcsApi, serveEcsApi } from './ecs-api.ts';
import { pathOf } from './example-files.ts';
import type { Labels } from './prometheus-3.ts';

/** The labels of the container definition in the README, with another port. */
const labelsFor = (port: number) => ({
  PROMETHEUS_EXPORTER_PORT: `${port}`,
  ECS_PROMETHEUS_EXPORTER_PORT: `${port}`,
  ECS_PROMETHEUS_METRICS_PATH: '/metrics',
});

export interface Cluster {
  readonly api: EcsApi;
  /** The environment for a program that uses the API. */
  readonly env: Readonly<Record<string, string>>;
  /** The port of all exporters, each of which listens on another loopback address. */
  readonly port: number;
  /** The ids of the tasks that run an exporter: of the service `shop`, of the service `orders`, and without a service. */
  readonly ids: { readonly shop: string; readonly orders: string; readonly single: string };
}

/** Starts a cluster of three simulated tasks with exporters, one that is pending and one without an exporter. */
export async function startCluster(cleanUp: CleanUp): Promise<Cluster> {
  const port = await lastingPort();
  const dockerLabels = labelsFor(port);
  const exporter = async (
    seed: number,
  ): Promise<Pick<DiscoverableTask, 'id' | 'address' | 'port' | 'dockerLabels'>> => {
    const address = `127.0.0.${seed + 1}`;
    return { id: await startExporterAt(cleanUp, seed, address, port), address, port, dockerLabels };
  };
  const tags = { metrics: 'ecs-container-exporter' };
  const [first, second, third] = await Promise.all([exporter(1), exporter(2), exporter(3)]);
  const shop = { ...first, service: 'shop' };
  const orders = { ...second, service: 'orders', tags };
  const single = { ...third, tags };
  const pending = { id: 'pending', address: '127.0.0.8', port, service: 'shop', lastStatus: 'PENDING' };
  const other = { id: 'other', address: '127.0.0.9', port, service: 'other' };
  const api = await serveEcsApi([shop, orders, single, pending, other], { shop: tags, orders: { metrics: 'none' } });
  cleanUp.later(api.close);
  return {
    api,
    port,
    ids: { shop: shop.id, orders: orders.id, single: single.id },
    env: {
      AWS_ENDPOINT_URL: api.url,
      AWS_ACCESS_KEY_ID: 'dummy',
      AWS_SECRET_ACCESS_KEY: 'dummy',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'eu-west-1',
    },
  };
}

/** Starts an exporter of simulated task number `seed`, and resolves with the id of the task. */
async function startExporterAt(cleanUp: CleanUp, seed: number, host: string, port: number): Promise<string> {
  const endpoint = await startSimulator({ seed });
  cleanUp.later(endpoint.close);
  const document: unknown = await (await fetch(`${endpoint.url}/task`)).json();
  const args = ['run', '--metadata-url', endpoint.url, '--interval', '1', '--exporter-host', host];
  const program = await startServer(
    process.execPath,
    [pathOf('src/cli/bin.ts'), ...args, '--exporter-port', `${port}`],
    { env: {} },
  );
  cleanUp.later(program.stop);
  await until(`the exporter at ${host}`, async () => {
    assert.equal(program.hasEnded(), false, program.log());
    return (await fetch(`http://${host}:${port}/-/ready`)).ok || undefined;
  });
  return textAt(document, 'TaskARN').split('/').at(-1) ?? '';
}

/** Waits until that many targets are up, and returns the labels of all targets, by instance. */
export async function targetsOf(prometheus: PrometheusServer, count: number): Promise<ReadonlyMap<string, Labels>> {
  const active = await until(`${count} targets`, async () => {
    const targets = listAt(await prometheus.api('targets', { state: 'active' }), 'activeTargets');
    return targets.length >= count && targets.every((target) => at(target, 'health') === 'up') ? targets : undefined;
  });
  return new Map(
    active.map((target) => {
      const labels = Object.entries(Object(at(target, 'labels'))).map(([name, value]) => [name, String(value)]);
      return [textAt(target, 'labels', 'instance'), Object.fromEntries(labels)];
    }),
  );
}
