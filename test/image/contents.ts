import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { at, listAt, textAt } from '../real/json.ts';
import { type BuiltImage, REVISION, VERSION } from './built-image.ts';

/** Shells and tools that the image must not contain. */
const SHELLS = ['sh', 'ash', 'bash', 'dash', 'busybox', 'npm', 'npx', 'yarn', 'corepack', 'strip', 'apt', 'dpkg'];

export function contentTests(built: () => BuiltImage): void {
  test('the image configuration', async () => {
    const { api, name } = built();
    const inspected = await api.call('GET', `/images/${name}/json`);
    assert.equal(textAt(inspected, 'Config', 'User'), '65532:65532');
    assert.deepEqual(at(inspected, 'Config', 'ExposedPorts'), { '9545/tcp': {} });
    assert.deepEqual(listAt(inspected, 'Config', 'Healthcheck', 'Test'), [
      'CMD',
      '/nodejs/bin/node',
      '/app/ecs-container-exporter.cjs',
      'healthcheck',
    ]);
    const entrypoint = listAt(inspected, 'Config', 'Entrypoint');
    assert.equal(entrypoint.at(0), '/nodejs/bin/node');
    assert.equal(entrypoint.at(-1), '/app/ecs-container-exporter.cjs');
    const env = listAt(inspected, 'Config', 'Env');
    assert.ok(env.includes('EXCLUDE=ecs-container-exporter,~internal~ecs~pause'));
    assert.ok(env.includes('OTEL_EXPORTER_PROMETHEUS_HOST=::'));
    const prefix = 'org.opencontainers.image';
    assert.deepEqual(at(inspected, 'Config', 'Labels'), {
      [`${prefix}.title`]: manifest.name,
      [`${prefix}.description`]: manifest.description,
      [`${prefix}.licenses`]: manifest.license,
      [`${prefix}.version`]: VERSION,
      [`${prefix}.revision`]: REVISION,
    });
  });

  test('contents: the program and native modules, without writable files, shells or tools', async (t) => {
    const root = await extracted(t, built());
    const paths = globSync('**', { cwd: root });
    const inApp = paths.filter((path) => path.startsWith('app/') && lstatSync(join(root, path)).isFile());
    const architecture = process.arch;
    assert.deepEqual(
      inApp
        .filter((path) => !path.startsWith('app/node_modules/'))
        .map((path) => relative('app', path))
        .sort(),
      ['LICENSE', 'THIRD-PARTY.txt', 'ecs-container-exporter.cjs', 'sbom.cdx.json'],
    );
    assert.deepEqual(
      globSync('app/node_modules/*', { cwd: root }).sort(),
      ['', `-linux-${architecture}-gnu`].map((ending) => `app/node_modules/node-unix-socket${ending}`),
    );
    assert.equal(inApp.filter((path) => path.endsWith('.node')).length, 1, 'one binary, for one platform');
    assert.deepEqual(
      paths.filter((path) => path.endsWith('.ts')),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => SHELLS.includes(path.split('/').at(-1) ?? '')),
      [],
    );

    const writable = paths.filter((path) => {
      const stat = lstatSync(join(root, path));
      const { uid, gid, mode } = stat;
      return !stat.isSymbolicLink() && (uid === 65_532 || gid === 65_532 || (mode & 0o002) !== 0);
    });
    assert.deepEqual(writable, ['tmp']);
  });

  test('licences and bill of materials match the bundled packages', async (t) => {
    const root = await extracted(t, built());
    const read = (file: string): string => readFileSync(join(root, 'app', file), 'utf8');
    assert.equal(read('LICENSE'), readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8'));

    const bill: unknown = JSON.parse(read('sbom.cdx.json'));
    assert.equal(textAt(bill, 'bomFormat'), 'CycloneDX');
    assert.equal(textAt(bill, 'metadata', 'component', 'name'), manifest.name);
    assert.equal(textAt(bill, 'metadata', 'component', 'version'), manifest.version);
    const components = new Map(
      listAt(bill, 'components').map((component) => [decodeURIComponent(textAt(component, 'purl')), component]),
    );
    const shipped = { ...manifest.dependencies, ...manifest.optionalDependencies };
    // For the library, the API is a peer dependency; the program contains it.
    const peers = Object.keys(manifest.peerDependencies);
    const api = Object.entries(manifest.devDependencies).filter(([name]) => peers.includes(name));
    const wanted = { ...shipped, ...Object.fromEntries(api) };
    for (const [name, version] of Object.entries(wanted)) {
      assert.ok(components.has(`pkg:npm/${name}@${version}`), `${name} is not in the bill of materials`);
    }
    for (const name of Object.keys(manifest.devDependencies)) {
      // The only dependency that is also a dependency of another package.
      if (name === '@opentelemetry/semantic-conventions' || peers.includes(name)) continue;
      const listed = [...components.keys()].filter((purl) => purl.startsWith(`pkg:npm/${name}@`));
      assert.deepEqual(listed, [], 'a tool of the build is in the bill of materials');
    }
    for (const [purl, component] of components) textAt(component, 'licenses', 0, 'license', 'id') || assert.fail(purl);

    const texts = read('THIRD-PARTY.txt');
    for (const name of [...Object.keys(manifest.dependencies), ...peers])
      assert.ok(texts.includes(name), `no licence of ${name}`);
  });
}

/** Extracts the file system of the image to a directory that is removed with the test. */
async function extracted(t: TestContext, { docker, name }: BuiltImage): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const id = (await docker.ok('create', name)).trim();
  const unpack = async (archive: Readable): Promise<void> => {
    const tar = spawn('tar', ['-x', '--same-owner', '--same-permissions', '-C', folder], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    archive.pipe(tar.stdin);
    const [code] = await once(tar, 'close');
    assert.equal(code, 0, 'tar failed');
  };
  await docker.stream(unpack, 'export', id);
  await docker.ok('rm', id);
  return folder;
}
