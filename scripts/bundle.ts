import { rmSync, writeFileSync } from 'node:fs';
import { build, type Plugin } from 'esbuild';
import { thirdPartyLicences } from './third-party.ts';

/** Native, so it cannot be bundled. Loaded from the folder of the bundle, for the Unix socket of DogStatsD only. */
const NATIVE = ['node-unix-socket'];

const root = new URL('..', import.meta.url).pathname;
/** Emptied first. Tests pass another folder. */
const folder = process.argv[2] ?? `${root}bundle`;
rmSync(folder, { recursive: true, force: true });

/** The minified code of an entry point. Its identifiers do not appear in stack traces. */
async function minified(entryPoint: string): Promise<{ readonly code: string; readonly inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node22.21',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  return { code: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs) };
}

const worker = await minified('instrumentation/http/password-worker.ts');
const yaml = await minified('node_modules/yaml/dist/index.js');

const replacements: Plugin = {
  name: 'replacements',
  setup({ onLoad }) {
    // A worker thread cannot import from the bundle, so its code is embedded as a string.
    onLoad({ filter: /\/start-password-worker\.ts$/ }, () => ({
      loader: 'ts',
      contents: `import { Worker } from 'node:worker_threads';
import { WORKER_OPTIONS } from './password-worker-options.ts';
const CODE = ${JSON.stringify(worker.code)};
export const startPasswordWorker = () => new Worker(CODE, { ...WORKER_OPTIONS, eval: true });`,
    }));
    // Read at each start and seldom used.
    onLoad({ filter: /\/node_modules\/yaml\/dist\/index\.js$/ }, () => ({ loader: 'js', contents: yaml.code }));
  },
};

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
  plugins: [replacements],
});
writeFileSync(
  `${folder}/THIRD-PARTY.txt`,
  thirdPartyLicences(root, [...Object.keys(metafile.inputs), ...worker.inputs, ...yaml.inputs], NATIVE),
);
