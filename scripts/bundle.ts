import { rmSync } from 'node:fs';
import { build } from 'esbuild';

/** Native, so that no bundle can hold them; loaded for the Unix socket of DogStatsD only, from beside the bundle. */
const NATIVE = ['node-unix-socket', 'unix-dgram'];

const folder = new URL('../bundle', import.meta.url).pathname;
rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: [new URL('../src/cli/bin.ts', import.meta.url).pathname],
  outfile: `${folder}/ecs-container-exporter.cjs`,
  bundle: true,
  platform: 'node',
  target: 'node22.18',
  // As ESM, `import 'node:http'` evaluates every export of it, and with that loads 90 more modules of Node, fetch and
  // WebSocket among them: 12 MB (https://github.com/nodejs/node/issues/59686). `require` does not.
  format: 'cjs',
  // What is imported when it is needed is part of the bundle, and evaluated then.
  supported: { 'dynamic-import': false },
  external: NATIVE,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
