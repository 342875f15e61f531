import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { thirdPartyLicences } from './third-party.ts';

/** Native, so it cannot be bundled. Loaded from the folder of the bundle, for the Unix socket of DogStatsD only. */
const NATIVE = ['node-unix-socket'];

const root = new URL('..', import.meta.url).pathname;
/** Emptied first. Tests pass another folder. */
const folder = process.argv[2] ?? `${root}bundle`;
rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/bin.ts'],
  outfile: `${folder}/ecs-container-exporter.cjs`,
  bundle: true,
  platform: 'node',
  target: 'node22.21',
  // In ESM, `import 'node:http'` evaluates all of its exports and so loads 90 more modules of Node.js, including fetch and
  // WebSocket: 12 MB (https://github.com/nodejs/node/issues/59686). `require` does not.
  format: 'cjs',
  // Dynamic imports become part of the bundle and are evaluated when first needed.
  supported: { 'dynamic-import': false },
  external: NATIVE,
  // Identifiers are not minified: that would save 3 ms at startup and make stack traces unreadable.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(`${folder}/THIRD-PARTY.txt`, thirdPartyLicences(root, Object.keys(metafile.inputs), NATIVE));
