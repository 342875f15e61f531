import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { thirdPartyLicences } from './third-party.ts';

/** Native, so that no bundle can hold it; loaded for the Unix socket of DogStatsD only, from beside the bundle. */
const NATIVE = ['node-unix-socket'];

const root = new URL('..', import.meta.url).pathname;
/** Emptied first. Another one for a test. */
const folder = process.argv[2] ?? `${root}bundle`;
rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/bin.ts'],
  outfile: `${folder}/ecs-container-exporter.cjs`,
  bundle: true,
  platform: 'node',
  target: 'node22.21',
  // As ESM, `import 'node:http'` evaluates every export of it, and with that loads 90 more modules of Node, fetch and
  // WebSocket among them: 12 MB (https://github.com/nodejs/node/issues/59686). `require` does not.
  format: 'cjs',
  // What is imported when it is needed is part of the bundle, and evaluated then.
  supported: { 'dynamic-import': false },
  external: NATIVE,
  // Names stay: short ones would save 3 ms of the start, and cost every stack trace its meaning.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(`${folder}/THIRD-PARTY.txt`, thirdPartyLicences(root, Object.keys(metafile.inputs), NATIVE));
