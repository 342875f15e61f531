/**
 * The DogStatsD client of version 2.4.0 (datadog 0.39.0) and this program send equal lines for the same environment and metric.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint } from '../helpers/running.ts';
import { linesOf, udpReceiver } from '../helpers/statsd-receiver.ts';
import { pushPart } from '../real/push-parts.ts';
import { until } from '../real/wait.ts';

type Environment = Readonly<Record<string, string>>;

/** A metric of the scripted task. */
const GAUGE = { name: 'cpu_limit', value: 1024, tags: ['container_name:_task_'] };
const START = 'ecs_task.cpu_limit:1024|g|#container_name:_task_';

/** Sends the metric like version 2.4.0 with this environment. */
async function sendByClient({ STATSD_TAGS = '', ...env }: Environment): Promise<void> {
  const { STATSD_HOST: host = 'localhost', STATSD_PORT: port = '8125' } = env;
  const constantTags = STATSD_TAGS === '' ? [] : STATSD_TAGS.split(',');
  const { PATH = '', HOME = '' } = process.env;
  const gauge = JSON.stringify({ ...GAUGE, host, port: Number(port), constantTags });
  await promisify(execFile)(pushPart('send-gauge'), [gauge], { env: { PATH, HOME, ...env } });
}

async function startOurs(t: TestContext, env: Environment) {
  const { endpoint } = await scriptedEndpoint(t);
  return startProgram(t, ['--exporter-port', '0'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    USE_STATSD: 'true',
    ...env,
  });
}

const ALL: Environment = {
  DATADOG_TAGS: 'team:core,tier:web',
  DD_ENTITY_ID: '3c1f6b2a-0000-4000-8000-123456789abc',
  DD_ENV: 'prod',
  DD_SERVICE: 'checkout',
  DD_VERSION: '1.2.3',
};
const textIn = (text: string): Environment => Object.fromEntries(Object.keys(ALL).map((name) => [name, text]));

const TAGS: Readonly<Record<string, Environment>> = {
  'no variable': {},
  ...Object.fromEntries(Object.entries(ALL).map(([name, text]) => [`${name} alone`, { [name]: text }])),
  'all together': ALL,
  'all together, after constant tags': { ...ALL, STATSD_TAGS: 'first:1,env:test' },
  'all empty': textIn(''),
  'all blank': textIn('  '),
  'spaces around': textIn('  a  '),
  'empty entries and a trailing comma': { ...ALL, DATADOG_TAGS: ',a:1,,b:2,' },
  'spaces between entries': { ...ALL, DATADOG_TAGS: ' a:1 , , b:2 ,' },
  'duplicate keys': { ...ALL, DATADOG_TAGS: 'a:1,a:2,a:1,env:other,container_name:other' },
  'a comma in a value': textIn('a,b:c'),
  'no value, no key': { DATADOG_TAGS: 'bare,a:,:b,:,::' },
  'characters of the protocol': textIn('a|#b@c|g\nforged:1|c\r\n\tx'),
  'other characters': textIn(`!"$%&'()*+-./;<=>?[\\]^_\`{}~\u007f`),
  'other languages': textIn('größe:東京-ナイトé-Ωж-ยา-٣-½-²-Ⅷ-ª-ʰ'),
  'no letters': textIn('😀-e\u0301-क्षि-\u200b-\u00a0-\u2028-\ufeff-€-©'),
};

for (const [name, env] of Object.entries(TAGS)) {
  test(`tags: ${name}`, async (t) => {
    const receiver = await udpReceiver(t);
    const there = { ...env, STATSD_HOST: '127.0.0.1', STATSD_PORT: `${receiver.port}` };
    await sendByClient(there);
    const [wanted = '', ...others] = await receiver.lines(1);
    assert.deepEqual(others, []);
    assert.ok(wanted.startsWith(START), wanted);
    await startOurs(t, there);
    const sent = await until('the same metric', () =>
      linesOf(receiver.datagrams)
        .slice(1)
        .find((line) => line.startsWith(START)),
    );
    assert.equal(sent, wanted);
  });
}

/** An address without a receiver. */
const ELSEWHERE = { DD_AGENT_HOST: '192.0.2.1', DD_DOGSTATSD_PORT: '9' };

const AGENTS: Readonly<Record<string, (port: string) => Environment>> = {
  'both of Datadog’s variables': (port) => ({ DD_AGENT_HOST: '127.0.0.1', DD_DOGSTATSD_PORT: port }),
  'the port, with the default host': (port) => ({ DD_DOGSTATSD_PORT: port }),
  'the defaults, given': (port) => ({
    STATSD_HOST: 'localhost',
    STATSD_PORT: '8125',
    DD_AGENT_HOST: '127.0.0.1',
    DD_DOGSTATSD_PORT: port,
  }),
  'another host, given': (port) => ({ STATSD_HOST: '127.0.0.1', ...ELSEWHERE, DD_DOGSTATSD_PORT: port }),
  'another port, given': (port) => ({ STATSD_PORT: port, ...ELSEWHERE, DD_AGENT_HOST: '127.0.0.1' }),
  'host and port, given': (port) => ({ STATSD_HOST: '127.0.0.1', STATSD_PORT: port, ...ELSEWHERE }),
  'empty variables': (port) => ({ STATSD_PORT: port, DD_AGENT_HOST: '', DD_DOGSTATSD_PORT: '' }),
};

for (const [name, envFor] of Object.entries(AGENTS)) {
  test(`the agent's address: ${name}`, async (t) => {
    const receiver = await udpReceiver(t);
    const env = envFor(`${receiver.port}`);
    await sendByClient(env);
    assert.deepEqual(await receiver.lines(1), [START]);
    await startOurs(t, env);
    await until('the same metric', () => linesOf(receiver.datagrams).slice(1).includes(START) || undefined);
  });
}

for (const word of ['True', 'true', 'yes', '1', 'TRUE', ' true', 'on', 'False', '0', '']) {
  test(`DD_DOGSTATSD_DISABLE=${JSON.stringify(word)}`, async (t) => {
    const receiver = await udpReceiver(t);
    const env = { STATSD_HOST: '127.0.0.1', STATSD_PORT: `${receiver.port}`, DD_DOGSTATSD_DISABLE: word };
    await sendByClient(env);
    await mark(receiver.port);
    const isSent = (await receiver.lines(1))[0] === START;
    const program = await startOurs(t, env);
    await program.message('listening');
    assert.equal(program.events().includes('statsd_disabled'), !isSent);
  });
}

/** Sends a datagram. The loopback preserves the order, so earlier datagrams have arrived when this one does. */
async function mark(port: number): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.send('mark', port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
  });
  socket.close();
}
