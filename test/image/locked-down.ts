import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BuiltImage } from './built-image.ts';
import { startContainer } from './container.ts';

export function lockedDownTests(built: () => BuiltImage): void {
  test('with all restrictions of a task: serves, is healthy, stops on request, and leaves no files', async (t) => {
    const image = built();
    const container = await startContainer(image, {
      options: ['--memory', '64m', '--cpus', '0.25', '--health-interval', '1s'],
      command: ['demo'],
    });
    const page = await container.metrics();
    assert.equal(page.value('ecs_task_exporter_status'), 1);
    assert.ok((page.value('ecs_task_mem_usage', { container_name: 'web' }) ?? 0) > 0);
    assert.equal(page.having({ container_name: 'ecs-container-exporter' }).length, 0, 'the image leaves itself out');
    await container.health('healthy');

    const { exitCode, afterMs } = await container.stop();
    t.diagnostic(`stopped after ${afterMs.toFixed(0)} ms`);
    assert.equal(exitCode, 0);
    assert.ok(afterMs < 5000, `took ${afterMs} ms to stop`);
    assert.equal(await image.docker.ok('diff', container.id), '');

    const lines = (await container.log()).trim().split('\n');
    const events = lines.map((line): unknown => JSON.parse(line));
    assert.deepEqual(
      events.map((event) => Object.getOwnPropertyDescriptor(event, 'level')?.value),
      events.map(() => 'info'),
      lines.join('\n'),
    );
    assert.match(lines.at(-1) ?? '', /"event":"stopped"/);
  });

  test('a container whose program hangs becomes unhealthy', async () => {
    const container = await startContainer(built(), {
      options: ['--health-interval', '1s', '--health-retries', '1', '--health-start-period', '1s'],
      command: ['demo'],
    });
    await container.health('healthy');
    process.kill(container.pid, 'SIGSTOP');
    try {
      await container.health('unhealthy');
    } finally {
      process.kill(container.pid, 'SIGCONT');
    }
    await container.health('healthy');
    assert.equal((await container.stop()).exitCode, 0);
  });
}
