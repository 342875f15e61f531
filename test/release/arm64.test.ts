/**
 * The bundle on the arm64 Node.js of the lock file, under an emulator and with the Node.js options of the image, compared with
 * the same bundle on the Node.js of this machine.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as v from 'valibot';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { ROOT } from '../helpers/pages.ts';
import { type Program, watchProgram } from '../helpers/program.ts';
import { scriptedEndpoint, withoutSelf } from '../helpers/running.ts';
import { builtProgram } from '../real/built-program.ts';

const BUNDLE = join(ROOT, 'bundle/ecs-container-exporter.cjs');
const ARM64 = builtProgram('node-arm64', '.ci/install-release-parts');
const NATIVE = process.execPath;

const [, ENTRYPOINT = ''] = /^ENTRYPOINT (.*)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
const NODE_OPTIONS = v.parse(v.array(v.string()), JSON.parse(ENTRYPOINT)).slice(1, -1);

/** Starts the bundle with only this environment. PATH is for the emulator. */
function start(t: TestContext, node: string, args: readonly string[], url = ''): Program {
  const env = { PATH: '/usr/bin:/bin', LOG_FORMAT: 'json', ECS_CONTAINER_METADATA_URI_V4: url };
  const child = spawn(node, [...NODE_OPTIONS, BUNDLE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return watchProgram(t, child);
}

/** Runs a command of the bundle to its end and returns its output. */
async function outputOf(t: TestContext, node: string, args: readonly string[], url?: string): Promise<string> {
  const program = start(t, node, args, url);
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr());
  assert.equal(program.stderr(), '');
  return program.stdout();
}

test('it reports its version, on arm64', async (t) => {
  const child = spawn(ARM64, ['-p', 'process.arch + process.version'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const node = watchProgram(t, child);
  await node.ended;
  assert.equal(node.stdout(), `arm64${process.version}\n`);
  assert.equal(await outputOf(t, ARM64, ['version']), await outputOf(t, NATIVE, ['version']));
});

/** The lines of the page without those about the exporter itself. */
const linesOf = (page: string): readonly string[] => withoutSelf(page).split('\n');

test('once prints the same page as on this machine', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const args = ['once', '--metrics', 'all', '--metric-names', 'ecs,semconv'];
  const printed = linesOf(await outputOf(t, ARM64, args, endpoint.url));
  const expected = linesOf(await outputOf(t, NATIVE, args, endpoint.url));
  assert.ok(expected.length > 200, `${expected.length} lines`);
  assert.deepEqual(printed, expected);
});

/** Without the metrics of the exporter itself, some of which appear only after a second. */
interface Found {
  readonly lines: readonly string[];
  readonly pushed: readonly string[];
}

test('run serves the same page, pushes over OTLP, is healthy, and stops on SIGTERM', async (t) => {
  const { endpoint } = await scriptedEndpoint(t);
  const found: Found[] = [];
  for (const node of [ARM64, NATIVE]) {
    const receiver = await startOtlpReceiver();
    t.after(() => receiver.close());
    const args = ['--exporters', 'prometheus,otlp', '--otlp-endpoint', new URL(receiver.url).origin];
    const program = start(t, node, ['run', '--exporter-port', '0', '--metrics', 'all', ...args], endpoint.url);
    const origin = await program.origin();
    // The first export follows the first sample.
    const exported = await receiver.received(0);
    const page = await (await fetch(`${origin}/metrics`)).text();
    assert.match(page, /^ecs_task_exporter_process_resident_memory_bytes \d/m);
    const health = ['healthcheck', '--exporter-port', new URL(origin).port];
    await outputOf(t, node, health);
    assert.deepEqual(await program.stop('SIGTERM'), { code: 0, signal: null }, program.stderr());
    assert.ok(program.events().includes('stopped'));
    assert.equal(program.stdout(), '');
    found.push({
      lines: linesOf(page),
      pushed: exported.scopes
        .flatMap(({ metrics }) => metrics.map(({ name, unit, kind }) => `${name} ${unit} ${kind}`))
        .filter((metric) => /^(?:container|aws\.ecs\.(?!exporter))\b/.test(metric)),
    });
  }
  const [arm64, native] = found;
  assert.ok(arm64 && native && native.lines.length > 100 && native.pushed.length > 30);
  assert.deepEqual(arm64, native);
});
