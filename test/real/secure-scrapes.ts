/** A Prometheus scrapes the program with a web configuration file: with right and wrong credentials, and across a rotation. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startProgram } from '../helpers/program.ts';
import { type Pem, pemFile } from '../helpers/tls-receiver.ts';
import { hashOf, TLS, webConfigFolder } from '../helpers/web-config-file.ts';
import { at, listAt, textAt } from './json.ts';
import { lastingPort } from './lasting-port.ts';
import type { PrometheusServer } from './prometheus-server.ts';
import { until } from './wait.ts';

const FILE = `${TLS}  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [ecs-container-exporter]
basic_auth_users:
  prometheus: ${hashOf('secret')}
`;

interface Job {
  readonly scheme?: 'http';
  readonly ca?: Pem;
  readonly serverName?: string;
  readonly client?: 'client' | 'client-expired' | 'client-unknown-ca';
  readonly password?: string;
}

const GOOD: Job = { client: 'client', password: 'secret' };

/** An alert, or the end of the connection if it arrives first. */
const REFUSED = /remote error: tls|EOF|connection reset|broken pipe/;

/** With the error of the target. */
const WRONG: Readonly<Record<string, readonly [job: Job, error: RegExp]>> = {
  'wrong-password': [{ ...GOOD, password: 'wrong' }, /401 Unauthorized/],
  'no-password': [{ client: 'client' }, /401 Unauthorized/],
  'no-certificate': [{ password: 'secret' }, REFUSED],
  'expired-certificate': [{ ...GOOD, client: 'client-expired' }, REFUSED],
  'unknown-authority': [{ ...GOOD, client: 'client-unknown-ca' }, REFUSED],
  'untrusted-server': [{ ...GOOD, ca: 'unknown-ca' }, /unknown authority/],
  'plain-http': [{ ...GOOD, scheme: 'http' }, /400 Bad Request/],
};

const NEXT_NAME = 'collector.example.com';

function scrapeConfig(name: string, job: Job, port: number): object {
  const { scheme = 'https', ca = 'ca', serverName, client, password } = job;
  return {
    job_name: name,
    scheme,
    static_configs: [{ targets: [`localhost:${port}`] }],
    tls_config: {
      ca_file: pemFile(ca),
      ...(serverName !== undefined && { server_name: serverName }),
      ...(client !== undefined && { cert_file: pemFile(client), key_file: pemFile(`${client}-key`) }),
    },
    ...(password !== undefined && { basic_auth: { username: 'prometheus', password } }),
  };
}

export async function checkSecureScrapes(
  t: TestContext,
  launch: (configuration: unknown) => Promise<PrometheusServer>,
): Promise<void> {
  const folder = webConfigFolder(t, FILE);
  const port = await lastingPort();
  const program = startProgram(t, ['demo', '--exporter-port', `${port}`, '--web.config.file', folder.path], {
    LOG_FORMAT: 'json',
  });
  await until('the program', () => (program.stdout().includes('https://') ? true : undefined));

  const jobs = Object.entries(WRONG).map(([name, [job]]) => scrapeConfig(name, job, port));
  const prometheus = await launch({
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      scrapeConfig('good', GOOD, port),
      scrapeConfig('next-name', { ...GOOD, serverName: NEXT_NAME }, port),
      ...jobs,
    ],
  });
  t.after(() => prometheus.stop());
  const up = async (job: string) => (await prometheus.query(`up{job="${job}"}`))[0]?.value;

  await until('a scrape', async () => ((await up('good')) === 1 ? true : undefined), { timeoutMs: 60_000 });
  const since = Date.now();
  for (const [job, [, error]] of Object.entries(WRONG)) {
    await until(`a scrape of ${job}`, () => up(job), { timeoutMs: 30_000 });
    assert.equal(await up(job), 0, job);
    const targets = listAt(await prometheus.api('targets'), 'activeTargets');
    const target = targets.find((one) => at(one, 'labels', 'job') === job);
    assert.match(textAt(target, 'lastError'), error, job);
  }
  const [containers] = await prometheus.query('count(ecs_task_mem_usage{job="good"})');
  assert.ok((containers?.value ?? 0) > 0);
  assert.equal(await until('a scrape of next-name', () => up('next-name'), { timeoutMs: 30_000 }), 0);

  folder.copy('server-other-host', 'cert.pem');
  folder.copy('server-other-host-key', 'key.pem');
  await until('a scrape with the new certificate', async () => ((await up('next-name')) === 1 ? true : undefined), {
    timeoutMs: 60_000,
  });
  // Its connection stays open across the rotation.
  const seconds = Math.ceil((Date.now() - since) / 1_000);
  const [least] = await prometheus.query(`min_over_time(up{job="good"}[${seconds}s])`);
  assert.equal(least?.value, 1);
  t.diagnostic(
    `Prometheus ${prometheus.version}: ${Object.keys(WRONG).length} wrong jobs refused, certificate rotated`,
  );
}
