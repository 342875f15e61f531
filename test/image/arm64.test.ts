/**
 * The image for arm64, built from this checkout's Dockerfile and run with an emulator as its entrypoint. Compares it with the
 * program from source on this machine.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as v from 'valibot';
import { ROOT } from '../helpers/pages.ts';
import { startProgram } from '../helpers/program.ts';
import { scriptedEndpoint, withoutSelf } from '../helpers/running.ts';
import { arm64Node } from '../real/base-images.ts';
import { type BuiltImage, buildImage } from './built-image.ts';
import { LOCKED_DOWN, startContainer } from './container.ts';

/** The image has no file for the emulator, which is a static program. */
const EMULATED = ['--volume', '/usr/bin/qemu-aarch64-static:/emulator:ro', '--entrypoint', '/emulator'];

const [, ENTRYPOINT = ''] = /^ENTRYPOINT (.*)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
const PROGRAM = v.parse(v.array(v.string()), JSON.parse(ENTRYPOINT));
const [NODE = ''] = PROGRAM;

let image: BuiltImage;
before(async () => {
  image = await buildImage('arm64');
});
after(() => image?.stop());

const run = (...command: readonly string[]): Promise<string> =>
  image.docker.ok('run', '--rm', ...LOCKED_DOWN, ...EMULATED, image.name, ...command);

test('it contains a stripped Node.js for arm64, and no native binary without a hash', async () => {
  const script = `console.log(JSON.stringify({
    architecture: process.arch,
    bytes: fs.statSync('/nodejs/bin/node').size,
    packages: fs.readdirSync('/app/node_modules'),
    listed: require('/app/sbom.cdx.json').components.map(({ name }) => name),
  }))`;
  const found = v.parse(
    v.object({
      architecture: v.literal('arm64'),
      bytes: v.number(),
      packages: v.array(v.string()),
      listed: v.array(v.string()),
    }),
    JSON.parse(await run(NODE, '-e', script)),
  );
  assert.deepEqual(found.packages, ['node-unix-socket']);
  assert.deepEqual(
    found.listed.filter((name) => name.startsWith('node-unix-socket')),
    ['node-unix-socket'],
  );
  assert.ok(found.bytes < 0.8 * statSync(arm64Node()).size, `${found.bytes} bytes`);
});

test('once prints the same page as on this machine', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const command = ['once', '--metrics', 'all', '--metric-names', 'ecs,semconv', '--metadata-url', endpoint.url];
  const native = startProgram(t, command);
  const linesOf = (page: string): readonly string[] => withoutSelf(page).split('\n');
  const printed = linesOf(await run(...PROGRAM, ...command));
  assert.deepEqual(await native.ended, { code: 0, signal: null });
  assert.ok(printed.length > 200, `${printed.length} lines`);
  assert.deepEqual(printed, linesOf(native.stdout()));
});

test('as process 1 it serves the page, is healthy, and exits with code 0 when it is stopped', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const container = await startContainer(image, {
    options: [...EMULATED, '--no-healthcheck'],
    command: [...PROGRAM, 'run', '--metadata-url', endpoint.url],
  });
  const page = await container.metrics();
  assert.ok((page.value('ecs_task_mem_usage', { container_name: 'web' }) ?? 0) > 0);
  await image.docker.ok('exec', container.id, '/emulator', NODE, '/app/ecs-container-exporter.cjs', 'healthcheck');
  assert.equal((await container.stop()).exitCode, 0, await container.log());
});

test('a Unix socket of DogStatsD is an error that names the platform', async () => {
  const { code, stderr } = await image.docker.run(
    ...['run', '--rm', ...LOCKED_DOWN, ...EMULATED, image.name, ...PROGRAM],
    ...['run', '--exporters', 'statsd', '--statsd-socket', '/dsd.socket', '--metadata-url', 'http://127.0.0.1:1/v4'],
  );
  assert.equal(code, 1, stderr);
  assert.match(stderr, /node-unix-socket, which is not installed for linux on arm64: use UDP/);
});
