import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { startSimulator } from '../bench/simulator/server.ts';
import { metricsOf } from '../helpers/otlp-export.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { socketPath, unixReceiver } from '../helpers/statsd-receiver.ts';
import type { BuiltImage } from './built-image.ts';
import { startContainer } from './container.ts';

export function pushingTests(built: () => BuiltImage): void {
  test('one container pushes to a Unix socket that is mounted, and to an OTLP receiver on the host', async (t) => {
    const endpoint = await startSimulator({ containers: 3 });
    t.after(() => endpoint.close());
    const otlp = await startOtlpReceiver();
    t.after(() => otlp.close());
    const socket = socketPath(t);
    const statsd = unixReceiver(t, socket);
    // As an agent does for clients of any user.
    chmodSync(dirname(socket), 0o755);
    chmodSync(socket, 0o777);

    const container = await startContainer(built(), {
      options: ['--volume', `${dirname(socket)}:/var/run/datadog:ro`],
      command: [
        ...['run', '--metadata-url', endpoint.url, '--interval', '1', '--exporters', 'prometheus,otlp,statsd'],
        ...['--statsd-socket', '/var/run/datadog/dsd.socket', '--otlp-endpoint', otlp.url, '--export-interval', '1'],
      ],
    });
    const lines = await statsd.lines(100);
    assert.ok(
      lines.some((line) => /^ecs_task\.mem_usage:\d+\|g\|#.*container_name:web-003/.test(line)),
      lines.slice(0, 5).join('\n'),
    );
    const metrics = metricsOf(await otlp.received(1));
    assert.ok(
      metrics.some(({ name }) => name === 'container.cpu.time'),
      metrics.map(({ name }) => name).join(' '),
    );
    assert.equal((await container.stop()).exitCode, 0);
    assert.ok(!/"level":"(warn|error)"/.test(await container.log()), await container.log());
  });
}
