import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { createStatsdExporter } from '../../../../instrumentation/statsd/statsd-exporter.ts';

/** Simulates a platform for which npm installs no package. */
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('node-unix-socket')) return next(specifier, context);
    throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});

test('a socket without the optional package is an error', async () => {
  await assert.rejects(createStatsdExporter({ host: 'localhost', port: 8125, socketPath: '/run/dsd.socket' }), {
    code: 'statsd_socket_unsupported',
    message: `Unix datagram sockets need the package node-unix-socket, which is not installed for ${process.platform} on ${process.arch}: use UDP (STATSD_HOST) instead`,
  });
});

test('UDP works without the package', async () => {
  const exporter = await createStatsdExporter({ host: 'localhost', port: 8125 });
  await exporter.close();
});
