import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { startSimulator } from '../bench/simulator/server.ts';
import type { Finished } from '../real/docker-cli.ts';
import { parseExposition } from '../real/exposition.ts';
import type { BuiltImage } from './built-image.ts';
import { LOCKED_DOWN } from './container.ts';

export function commandTests(built: () => BuiltImage): void {
  const run = (...command: readonly string[]): Promise<Finished> => {
    const { docker, name } = built();
    return docker.run('run', '--rm', ...LOCKED_DOWN, name, ...command);
  };

  test('invalid options: exit code 2, and all of them are named', async () => {
    const { code, stdout, stderr } = await run('--itnerval', '5', '--exporter-port', '99999', '--log-level', 'loud');
    assert.deepEqual([code, stdout], [2, '']);
    for (const named of ['--itnerval', '--exporter-port', '--log-level']) assert.ok(stderr.includes(named), stderr);
  });

  test('--version', async () => {
    const { code, stdout, stderr } = await run('--version');
    const sdk = manifest.dependencies['@opentelemetry/sdk-metrics'];
    const runtimes = `Node.js ${process.version}, OpenTelemetry SDK ${sdk}`;
    assert.deepEqual([code, stdout, stderr], [0, `ecs-container-exporter ${manifest.version} (${runtimes})\n`, '']);
  });

  test('once', async (t) => {
    const endpoint = await startSimulator({ containers: 3 });
    t.after(() => endpoint.close());
    const { code, stdout, stderr } = await run('once', '--metadata-url', endpoint.url);
    assert.deepEqual([code, stderr], [0, '']);
    const page = parseExposition(stdout);
    assert.equal(page.value('ecs_task_exporter_status'), 1);
    assert.ok((page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web-003' }) ?? 0) > 0);
  });
}
