import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { setUp } from './set-up.ts';

/** Prints the result of a fetch below `process.argv[1]`; the control request by `http.get` uses the proxy. */
const CHILD = `
  import { get, globalAgent } from 'node:http';
  import { createEndpoint } from ${JSON.stringify(new URL('../../../../src/sources/ecs-task/endpoint.ts', import.meta.url).href)};
  const client = createEndpoint(new URL(process.argv[1]), { deadlineMs: 60_000 });
  const task = await client.fetchTask().catch((error) => error.code);
  client.close();
  const plain = process.argv[1].startsWith('https:') ? undefined : await new Promise((resolve, reject) =>
    get(process.argv[1] + '/task', { agent: undefined }, (response) => resolve(response.statusCode)).on('error', reject));
  globalAgent.destroy();
  console.log(JSON.stringify({ task, plain }));
`;

async function runChild(url: string, env: Record<string, string>): Promise<unknown> {
  const args = ['--input-type=module', '--eval', CHILD, url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

test('a proxy from the environment is not used', async (t) => {
  const { server } = await setUp(t);
  const proxyRequests: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    proxyRequests.push(request.url);
    response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const address = proxy.address();
  assert.ok(typeof address === 'object' && address !== null);
  const proxyUrl = `http://127.0.0.1:${address.port}`;

  const result = await runChild(server.url, { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxyUrl, http_proxy: proxyUrl });
  assert.deepEqual(result, { task: server.task, plain: 418 }, 'the control request uses the proxy');
  assert.deepEqual(proxyRequests, [`${server.url}/task`], 'only the control request');
});

test('https: a certificate of an unknown authority is rejected unless NODE_EXTRA_CA_CERTS has the authority', async (t) => {
  const tls = selfSigned(t);
  if (tls === undefined) {
    t.skip('no openssl here');
    return;
  }
  const { server } = await setUp(t, {}, { tls });
  assert.deepEqual(await runChild(server.url, {}), { task: 'unreachable' });
  assert.deepEqual(await runChild(server.url, { NODE_EXTRA_CA_CERTS: tls.certFile }), { task: server.task });
});

function selfSigned(t: TestContext): { key: string; cert: string; certFile: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'endpoint-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  try {
    execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...subject], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile };
}
