/** `startEcsMetrics` on a real endpoint, with an application's MeterProvider and readers. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { type EcsMetrics, type EcsMetricsOptions, startEcsMetrics } from '../../src/index.ts';
import { type FaultEndpoint, startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { TASK_ARN } from '../helpers/scripted-task.ts';
import { stopClock, type TestClock } from '../helpers/test-clock.ts';

/** Delta temporality: a collection contains only series that were observed for it. */
class DeltaReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }
  override async onShutdown(): Promise<void> {}
  override async onForceFlush(): Promise<void> {}
}

/** An application with a MeterProvider, collected on demand. */
class Application {
  readonly #reader = new DeltaReader();
  readonly provider: MeterProvider;

  constructor(t: TestContext, attributes: Readonly<Record<string, string>> = {}) {
    this.provider = new MeterProvider({ readers: [this.#reader], resource: resourceFromAttributes(attributes) });
    t.after(() => this.provider.shutdown());
  }

  async collect(): Promise<ResourceMetrics> {
    return (await this.#reader.collect()).resourceMetrics;
  }

  /** The containers that have a point of the metric. */
  async containers(metric: string): Promise<readonly unknown[]> {
    const points = await this.points(metric);
    return points.map(({ attributes }) => attributes['container.name'] ?? attributes['container_name']).sort();
  }

  async value(metric: string): Promise<unknown> {
    return (await this.points(metric))[0]?.value;
  }

  async points(metric: string) {
    const collected = await this.collect();
    const metrics = collected.scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics.find(({ descriptor }) => descriptor.name === metric)?.dataPoints ?? [];
  }

  async scopes(): Promise<readonly string[]> {
    return (await this.collect()).scopeMetrics.map(({ scope }) => scope.name);
  }
}

/** Starts it, and stops it with the test. */
function start(t: TestContext, options: EcsMetricsOptions): EcsMetrics {
  const metrics = startEcsMetrics(options);
  t.after(() => metrics.stop());
  return metrics;
}

/** Messages of the library to `diag`. */
function watchDiag(t: TestContext): readonly string[] {
  const messages: string[] = [];
  const at = (_namespace: string, ...args: unknown[]): void => {
    messages.push(args.join(' '));
  };
  const ignore = (): void => {};
  diag.setLogger({ error: at, warn: at, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.ALL);
  t.after(() => diag.disable());
  return messages;
}

/** Closes the endpoint and starts another one at the same address. */
async function restartEndpoint(t: TestContext, { port, task, stats }: FaultEndpoint): Promise<FaultEndpoint> {
  const endpoint = await startFaultEndpoint({ port });
  t.after(() => endpoint.close());
  Object.assign(endpoint, { task, stats });
  return endpoint;
}

async function isPending(promise: Promise<void>, clock: TestClock): Promise<boolean> {
  await clock.settled();
  return Promise.race([promise.then(() => false), Promise.resolve(true)]);
}

test('a function builds the provider after the first sample, with the resource of the task', async (t) => {
  const clock = stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  let application: Application | undefined;
  let calls = 0;
  const metrics = start(t, {
    metadataUrl: endpoint.url,
    meterProvider: (resource) => {
      calls += 1;
      application = new Application(t, resource);
      return application.provider;
    },
  });
  assert.deepEqual(metrics.resource(), {});
  await metrics.ready;
  assert.ok(application);
  const collected = await application.collect();
  assert.equal(collected.resource.attributes['aws.ecs.task.arn'], TASK_ARN);
  assert.deepEqual(metrics.resource(), { ...collected.resource.attributes });
  assert.deepEqual(await application.containers('container.memory.usage'), ['web', 'worker']);
  assert.deepEqual(await application.scopes(), ['ecs-container-exporter/semconv']);

  const polledMs = clock.elapsedMs;
  await clock.until('the second poll', () => (endpoint.requests.length === 4 ? true : undefined));
  const afterMs = clock.elapsedMs - polledMs;
  assert.ok(afterMs >= 14_900 && afterMs <= 15_100, `${afterMs} ms`);
  assert.equal(calls, 1);
});

test('a provider that is passed directly reports a failing endpoint from the start', async (t) => {
  const clock = stopClock(t);
  const messages = watchDiag(t);
  const { endpoint } = await scriptedEndpoint(t);
  await endpoint.close();
  const application = new Application(t);
  const metrics = start(t, { metadataUrl: endpoint.url, meterProvider: application.provider });
  await clock.until('the first failure', () => messages[0]);
  assert.match(messages[0] ?? '', /^poll_failing: .*ECONNREFUSED/);
  assert.equal(await isPending(metrics.ready, clock), true);
  assert.deepEqual(metrics.resource(), {});
  assert.equal(await application.value('aws.ecs.exporter.status'), 0);

  const again = await restartEndpoint(t, endpoint);
  await clock.during(metrics.ready);
  assert.equal(await application.value('aws.ecs.exporter.status'), 1);
  assert.deepEqual(await application.containers('container.memory.usage'), ['web', 'worker']);

  await again.close();
  await clock.until('the end of the samples', async () =>
    (await application.containers('container.memory.usage')).length === 0 ? true : undefined,
  );
  assert.equal(await application.value('aws.ecs.exporter.status'), 0);
  assert.equal(metrics.resource()['aws.ecs.task.arn'], TASK_ARN, 'the task is the same');

  await restartEndpoint(t, endpoint);
  await clock.until('new samples', async () =>
    (await application.containers('container.memory.usage')).length === 2 ? true : undefined,
  );
});

test('stop: no polls, callbacks or connections remain, and the provider keeps working', async (t) => {
  const clock = stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const application = new Application(t);
  const metrics = start(t, { metadataUrl: endpoint.url, meterProvider: application.provider });
  const own = application.provider.getMeter('host').createCounter('own');
  await metrics.ready;
  assert.equal(endpoint.openConnections, 1);

  const stopped = metrics.stop();
  assert.equal(metrics.stop(), stopped);
  await stopped;
  const before = endpoint.requests.length;
  clock.pass(3_600_000);
  await clock.settled();
  assert.equal(endpoint.requests.length, before);
  await clock.until('the end of the connection', () => (endpoint.openConnections === 0 ? true : undefined));
  own.add(1);
  const names = (await application.collect()).scopeMetrics.flatMap((scope) =>
    scope.metrics.map((one) => one.descriptor.name),
  );
  assert.deepEqual(names, ['own']);
  assert.equal(metrics.resource()['aws.ecs.task.arn'], TASK_ARN);
  await metrics.ready;
});

test('stop before the first sample rejects ready, and ends the request', async (t) => {
  stopClock(t);
  const messages = watchDiag(t);
  const { endpoint } = await scriptedEndpoint(t);
  endpoint.fault = 'hang';
  const metrics = start(t, {
    metadataUrl: endpoint.url,
    meterProvider: () => assert.fail('there is no sample'),
  });
  await metrics.stop();
  await assert.rejects(metrics.ready, /^Error: stopped before the first sample$/);
  assert.deepEqual(messages, []);
});

test('a function that throws rejects ready with its error, and polling stops', async (t) => {
  const clock = stopClock(t);
  const messages = watchDiag(t);
  const { endpoint } = await scriptedEndpoint(t);
  const error = new Error('no certificate');
  const metrics = start(t, {
    metadataUrl: endpoint.url,
    meterProvider: () => {
      throw error;
    },
  });
  await assert.rejects(metrics.ready, (reason) => reason === error);
  assert.deepEqual(messages, ['start_failed: cannot register the instruments: no certificate']);
  const before = endpoint.requests.length;
  clock.pass(60_000);
  await clock.settled();
  assert.equal(endpoint.requests.length, before);
  await metrics.stop();
});

test('a function that calls stop gets no instruments', async (t) => {
  stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const application = new Application(t);
  const metrics = start(t, {
    metadataUrl: endpoint.url,
    meterProvider: () => {
      void metrics.stop();
      return application.provider;
    },
  });
  await assert.rejects(metrics.ready, /stopped before/);
  assert.deepEqual(await application.scopes(), []);
});

test('if a provider throws, ready rejects, and the caller gets no exception', async (t) => {
  stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const getMeter = (): never => {
    throw new Error('not today');
  };
  for (const meterProvider of [{ getMeter }, () => ({ getMeter })]) {
    const metrics = start(t, { metadataUrl: endpoint.url, meterProvider });
    await assert.rejects(metrics.ready, /^Error: not today$/);
    await metrics.stop();
  }
});

test('a diag logger that throws does not stop the polling', async (t) => {
  const clock = stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const refuse = (): never => {
    throw new Error('full');
  };
  diag.setLogger({ error: refuse, warn: refuse, info: refuse, debug: () => {}, verbose: () => {} });
  t.after(() => diag.disable());
  endpoint.failNext('any', { status: 404 }, 2);
  const metrics = start(t, { metadataUrl: endpoint.url, meterProvider: new Application(t).provider });
  await clock.during(metrics.ready);
});

test('ready can be ignored', async (t) => {
  stopClock(t);
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', onUnhandled);
  t.after(() => process.off('unhandledRejection', onUnhandled));
  const { endpoint } = await scriptedEndpoint(t);
  await start(t, { metadataUrl: endpoint.url, meterProvider: () => assert.fail('not called') }).stop();
  // Unhandled rejections are reported once the microtasks have run.
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});

test('include and exclude select containers, metricNames selects vocabularies', async (t) => {
  stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  const only = new Application(t);
  const without = new Application(t);
  const { url: metadataUrl } = endpoint;
  await start(t, { metadataUrl, meterProvider: only.provider, include: ['w*'], exclude: ['work??'] }).ready;
  await start(t, { metadataUrl, meterProvider: without.provider, exclude: ['web'], metricNames: 'ecs' }).ready;
  assert.deepEqual(await only.containers('container.memory.usage'), ['web']);
  assert.deepEqual(await without.containers('ecs_task.mem_usage'), ['_task_', 'worker']);
  assert.deepEqual(await without.scopes(), ['ecs-container-exporter/ecs']);
  const both = new Application(t);
  await start(t, { metadataUrl, meterProvider: both.provider, metricNames: ['semconv', 'ecs'] }).ready;
  assert.deepEqual((await both.scopes()).toSorted(), ['ecs-container-exporter/ecs', 'ecs-container-exporter/semconv']);
});

test('two instances are independent', async (t) => {
  const clock = stopClock(t);
  const [first, second] = [await scriptedEndpoint(t), await scriptedEndpoint(t)];
  const [one, other] = [new Application(t), new Application(t)];
  const stopped = start(t, { metadataUrl: first.endpoint.url, meterProvider: one.provider });
  const running = start(t, { metadataUrl: second.endpoint.url, meterProvider: other.provider, intervalMs: 1000 });
  await Promise.all([stopped.ready, running.ready]);
  await stopped.stop();
  const before = second.endpoint.requests.length;
  await clock.until('another poll', () => (second.endpoint.requests.length > before ? true : undefined));
  assert.deepEqual(await other.containers('container.memory.usage'), ['web', 'worker']);
  assert.deepEqual(await one.points('container.memory.usage'), []);
});

test('the address comes from the variables of ECS', async (t) => {
  stopClock(t);
  const { endpoint } = await scriptedEndpoint(t);
  process.env['ECS_CONTAINER_METADATA_URI'] = endpoint.url;
  t.after(() => {
    delete process.env['ECS_CONTAINER_METADATA_URI'];
  });
  const metrics = start(t, { meterProvider: new Application(t).provider });
  await metrics.ready;
  assert.equal(metrics.resource()['aws.ecs.task.arn'], TASK_ARN);
});
