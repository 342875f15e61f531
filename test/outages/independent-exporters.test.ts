/** Several exporters in one process: a failing exporter does not delay the others. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { startCredentialsServer } from '../helpers/credentials-server.ts';
import { type Answer, type FaultReceiver, startFaultReceiver } from '../helpers/fault-receiver.ts';
import { type Program, startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { until } from '../real/wait.ts';
import { GOOD, NO_RESPONSE, refused } from './responses.ts';

interface Side {
  readonly program: Program;
  readonly receiver: FaultReceiver;
  /** The number of polls in each sample that the DogStatsD agent received. */
  readonly polls: readonly number[];
  readonly log: () => readonly string[];
}

async function startAgent(t: TestContext): Promise<{ readonly agent: Socket; readonly polls: readonly number[] }> {
  const agent = createSocket('udp4');
  const polls: number[] = [];
  agent.on('message', (datagram) => {
    const value = /^ecs_task\.exporter_polls_total:(\d+)\|g/m.exec(datagram.toString())?.[1];
    if (value !== undefined) polls.push(Number(value));
  });
  agent.bind(0, '127.0.0.1');
  await once(agent, 'listening');
  t.after(() => new Promise<void>((resolve) => agent.close(() => resolve())));
  return { agent, polls };
}

async function startSide(
  t: TestContext,
  answer: Answer,
  changes: Readonly<Record<string, string>> = {},
): Promise<Side> {
  const receiver = await startFaultReceiver(answer);
  t.after(() => receiver.down());
  const { agent, polls } = await startAgent(t);
  const { endpoint } = await scriptedEndpoint(t);
  const program = startProgram(t, ['run'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    EXPORTER_PORT: '0',
    INTERVAL: '1',
    EXPORTERS: 'prometheus,otlp,console,statsd',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
    STATSD_HOST: '127.0.0.1',
    STATSD_PORT: String(agent.address().port),
    LOG_FORMAT: 'json',
    ...changes,
  });
  const log = (): readonly string[] => program.events().filter((event) => /_(?:failing|recovered)$/.test(event));
  return { program, receiver, polls, log };
}

/** Number of exports to the console. */
const printed = ({ program }: Side): number => program.stdout().split("name: 'aws.ecs.container.cpu.time'").length - 1;

async function works(side: Side, ...names: readonly ('console' | 'statsd' | 'otlp')[]): Promise<void> {
  const counts = {
    console: () => printed(side),
    statsd: () => side.polls.length,
    otlp: () => side.receiver.accepted.length,
  };
  const before = names.map((name) => counts[name]());
  await until(`two more exports by ${names.join(' and ')}`, () =>
    names.every((name, at) => counts[name]() >= (before[at] ?? 0) + 2) ? true : undefined,
  );
  const page = await fetch(`${await side.program.origin()}/metrics`);
  assert.equal(page.status, 200);
  assert.ok((await page.text()).includes('ecs_task_cpu_usage_seconds_total'));
}

describe('independent exporters', { concurrency: 4 }, () => {
  for (const [what, answer] of [
    ['never answers', NO_RESPONSE],
    ['refuses', refused(503)],
  ] as const satisfies readonly (readonly [string, Answer])[]) {
    test(`the OTLP receiver ${what}: console, statsd and the page continue`, async (t) => {
      const side = await startSide(t, answer);
      await side.program.message('otlp_export_failing');
      await works(side, 'console', 'statsd');
      assert.deepEqual(side.log(), ['otlp_export_failing']);
      side.receiver.answer = GOOD;
      await works(side, 'console', 'statsd', 'otlp');
      await side.program.message('otlp_export_recovered');
      assert.deepEqual(side.log(), ['otlp_export_failing', 'otlp_export_recovered']);
      // In order, without repetition.
      assert.deepEqual(
        side.polls,
        [...new Set(side.polls)].toSorted((a, b) => a - b),
      );
      const { code } = await side.program.stop('SIGTERM');
      assert.equal(code, 0, side.program.stderr());
    });
  }

  test('the credentials endpoint never responds: console, statsd and the page continue', async (t) => {
    const credentials = await startCredentialsServer();
    t.after(() => credentials.close());
    credentials.fault = 'hang';
    const side = await startSide(t, GOOD, {
      OTLP_AUTH: 'sigv4',
      OTLP_AUTH_REGION: 'eu-west-1',
      OTLP_AUTH_SERVICE: 'execute-api',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials.url.href,
    });
    await side.program.message('aws_credentials_failing');
    await side.program.message('otlp_export_failing');
    await works(side, 'console', 'statsd');
    assert.equal(side.receiver.arrivals.length, 0);
    credentials.fault = undefined;
    await works(side, 'console', 'statsd', 'otlp');
    await side.program.message('otlp_export_recovered');
    const recovered = ['aws_credentials_recovered', 'otlp_export_recovered'];
    assert.deepEqual(
      side.log().toSorted(),
      ['aws_credentials_failing', 'otlp_export_failing', ...recovered].toSorted(),
    );
    const { code } = await side.program.stop('SIGTERM');
    assert.equal(code, 0, side.program.stderr());
  });

  test('the DogStatsD port is closed: console, OTLP and the page continue', async (t) => {
    const free = createSocket('udp4').bind(0, '127.0.0.1');
    await once(free, 'listening');
    const gone = free.address().port;
    await new Promise<void>((resolve) => free.close(() => resolve()));
    const side = await startSide(t, GOOD, { STATSD_PORT: String(gone) });
    await side.program.message('statsd_export_failing');
    await works(side, 'console', 'otlp');
    assert.deepEqual(
      side.log().filter((event) => event.startsWith('statsd')),
      ['statsd_export_failing'],
    );
    const { code } = await side.program.stop('SIGTERM');
    assert.equal(code, 0, side.program.stderr());
  });
});
