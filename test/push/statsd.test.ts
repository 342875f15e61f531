/** A DogStatsD agent shows the content of the page, over UDP and a Unix datagram socket, through restarts. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createStatsdExporter } from '../../instrumentation/statsd/statsd-exporter.ts';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { exportOf, manySeries, metricOf, socketPath } from '../helpers/statsd-receiver.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { parseExposition } from '../real/exposition.ts';
import {
  freeUdpPort,
  type StatsdAddress,
  type StatsdExporterServer,
  startStatsdExporter,
} from '../real/statsd-exporter.ts';
import { until } from '../real/wait.ts';
import { differences } from './statsd-agreement.ts';

interface Transport {
  readonly address: StatsdAddress;
  readonly flags: readonly string[];
  readonly options: Parameters<typeof createStatsdExporter>[0];
}

const TRANSPORTS: Readonly<Record<string, (t: TestContext) => Promise<Transport>>> = {
  UDP: async () => {
    const udpPort = await freeUdpPort();
    return {
      address: { udpPort },
      flags: ['--statsd-host', '127.0.0.1', '--statsd-port', `${udpPort}`],
      options: { host: '127.0.0.1', port: udpPort },
    };
  },
  'a Unix datagram socket': async (t) => {
    const path = socketPath(t);
    return {
      address: { socketPath: path },
      flags: ['--statsd-socket', path],
      options: { host: 'unused.invalid', port: 8125, socketPath: path },
    };
  },
};

async function agentAt(t: TestContext, address: StatsdAddress): Promise<StatsdExporterServer> {
  const agent = await startStatsdExporter(address);
  t.after(() => agent.stop());
  return agent;
}

const GENEROUSLY = { timeoutMs: 20_000, everyMs: 50 } as const;

for (const [name, transportOf] of Object.entries(TRANSPORTS)) {
  test(`${name}: every series of the page with its labels and value, also after a restart of the agent`, async (t) => {
    const { address, flags } = await transportOf(t);
    const { endpoint, task } = await scriptedEndpoint(t);
    const first = await agentAt(t, address);
    const args = ['--metadata-url', endpoint.url, '--interval', '1', '--exporters', 'prometheus,statsd', ...flags];
    const exporter = await startExporterProcess('run', args);
    t.after(() => exporter.stop());

    /** Waits for a sample that is equal on both sides; returns the page. */
    const agreement = async (agent: StatsdExporterServer): Promise<string> => {
      let last: readonly string[] = [];
      try {
        return await until(
          'page and agent to agree',
          async () => {
            const page = await exporter.page();
            const received = await agent.metrics();
            last = differences(parseExposition(page), received);
            return last.length === 0 ? page : undefined;
          },
          GENEROUSLY,
        );
      } catch (error) {
        throw new Error(last.join('\n'), { cause: error });
      }
    };
    const usageOf = (page: string): number | undefined =>
      parseExposition(page).value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' });

    const before = await agreement(first);
    assert.ok(parseExposition(before).series.length > 80, before);
    task.advance(10);
    task.publish(endpoint);
    const moved = await until('the next sample', async () => {
      const page = await agreement(first);
      return usageOf(page) === usageOf(before) ? undefined : page;
    });
    const received = await first.metrics();
    assert.equal(received.value('ecs_task_cpu_usage_ratio', { container_name: 'web' }), 0.5);
    assert.equal(received.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' }), usageOf(moved));
    assert.equal(received.value('ecs_task_exporter_status'), 1);
    const problems = received.series.filter(
      ({ name: series, value }) =>
        /^statsd_exporter_(?:sample_errors|tag_errors|.*drops).*_total$/.test(series) && value > 0,
    );
    assert.deepEqual(problems, []);

    await first.stop();
    await until('a failed export', () => exporter.log().includes('"statsd_export_failing"') || undefined, GENEROUSLY);
    assert.match(
      exporter.log(),
      /"message":"statsd export failed: cannot send to [^"]*check that the agent is running/,
    );
    task.advance(10);
    task.publish(endpoint);
    const second = await agentAt(t, address);
    const again = await until('a sample from after that', async () => {
      const page = await agreement(second);
      return usageOf(page) === usageOf(moved) ? undefined : page;
    });
    const failures = { exporter: 'statsd', reason: 'unreachable' };
    assert.notEqual(parseExposition(again).value('ecs_task_exporter_export_failures_total', failures) ?? 0, 0);
    await until('the recovery', () => exporter.log().includes('"statsd_export_recovered"') || undefined, GENEROUSLY);
    assert.deepEqual((await exporter.stop()).code, 0);
  });

  test(`${name}: 5,000 series in one export without loss`, async (t) => {
    const { address, options } = await transportOf(t);
    const agent = await agentAt(t, address);
    const exporter = await createStatsdExporter(options);
    const linesSoFar = async (): Promise<number> => (await agent.metrics()).value('statsd_exporter_lines_total') ?? 0;

    /** Whether all lines of one export arrive. */
    const isWhole = async (): Promise<boolean> => {
      const before = await linesSoFar();
      assert.equal(await exportOf(exporter, [manySeries(5000)]), undefined);
      const all = until('all lines', async () => (await linesSoFar()) - before === 5000 || undefined);
      return all.catch(() => false);
    };
    // UDP can lose datagrams on a busy machine, so several exports are tried.
    let attempts = 'udpPort' in address ? 3 : 1;
    while (!(await isWhole())) {
      attempts -= 1;
      assert.ok(attempts > 0, 'lines are lost');
    }
    const { series } = await agent.metrics();
    const received = series.filter((one) => one.name === 'ecs_task_network_rx_bytes_total');
    assert.deepEqual(
      new Map(received.map(({ labels, value }) => [labels.get('container_name'), value])),
      new Map(Array.from({ length: 5000 }, (_, i) => [`container-${i}`, 1_000_000_000 + i] as const)),
    );
  });

  test(`${name}: unusual values and tags`, async (t) => {
    const { address, options } = await transportOf(t);
    const agent = await agentAt(t, address);
    const exporter = await createStatsdExporter(options);
    const values = [0, 1e-7, 5e-324, 1.2e21, 2 ** 53 + 2, 18_446_744_073_709_552_000, -5, -1e-9, 0.1 + 0.2];
    const tags = ['a|c|#x:y,z', 'eth0\nforged:1|g', 'a\rb\u0000c', '#x', ' x ', 'über/😀', '"\\{}', 'a:b::c', '\ud800'];
    const metrics = [
      metricOf(
        'odd.value',
        values.map((value, index) => [value, { index }] as const),
      ),
      metricOf(
        'odd.tag',
        tags.map((text, index) => [index, { text, 'odd name|,#': 'x', empty: '' }] as const),
      ),
      metricOf('odd.end', [[1]]),
    ];
    // Two exports: a negative gauge must not accumulate.
    assert.equal(await exportOf(exporter, metrics), undefined);
    assert.equal(await exportOf(exporter, metrics), undefined);
    await until('all of it', async () => {
      const received = await agent.metrics();
      return received.value('statsd_exporter_lines_total') === 2 * (values.length + 2 + tags.length + 1) || undefined;
    });
    const received = await until('the last one', async () => {
      const page = await agent.metrics();
      return page.value('odd_end') === undefined ? undefined : page;
    });
    const of = (series: string) => received.series.filter((one) => one.name === series);
    assert.deepEqual(
      new Map(of('odd_value').map(({ labels, value }) => [Number(labels.get('index')), value])),
      new Map(values.entries()),
    );
    assert.deepEqual(
      new Map(of('odd_tag').map(({ labels, value }) => [value, Object.fromEntries(labels)])),
      new Map(
        ['a_c__x:y_z', 'eth0_forged:1_g', 'a_b_c', '_x', ' x ', 'über/😀', '"\\{}', 'a:b::c', '\ufffd'].map(
          (text, index) => [index, { text, odd_name___: 'x' }],
        ),
      ),
    );
    assert.deepEqual(of('forged'), []);
    const errors = received.series.filter(({ name: series, value }) => /_errors_total$/.test(series) && value > 0);
    assert.deepEqual(errors, []);
  });
}

test('the old program’s variables alone: DogStatsD instead of Prometheus', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const udpPort = await freeUdpPort();
  const agent = await agentAt(t, { udpPort });
  const program = startProgram(t, ['--exporter-port', '0'], {
    ECS_CONTAINER_METADATA_URI: endpoint.url,
    USE_STATSD: 'true',
    STATSD_HOST: '127.0.0.1',
    STATSD_PORT: `${udpPort}`,
    INTERVAL: '1',
    EXCLUDE: 'worker,~internal~ecs~pause',
    LOG_LEVEL: 'INFO',
  });
  const received = await until(
    'the series',
    async () => {
      const page = await agent.metrics();
      // A sample has several datagrams.
      const isThere = page.value('ecs_task_mem_usage', { container_name: '_task_' }) !== undefined;
      return isThere && page.having({ container_name: 'web' }).length > 20 ? page : undefined;
    },
    GENEROUSLY,
  );
  assert.equal(received.value('ecs_task_cpu_limit', { container_name: '_task_' }), 1024);
  assert.deepEqual(received.having({ container_name: 'worker' }), []);
  const scraped = await fetch(`${await program.origin()}/metrics`);
  assert.equal(scraped.status, 404);
  await scraped.arrayBuffer();
  assert.equal((await program.stop('SIGTERM')).code, 0);
});
