import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtProgram } from './built-program.ts';
import type { EngineApi } from './engine-api.ts';
import { at, textAt } from './json.ts';

/** Debian's busybox-static: a shell and everything else a build needs. */
const BUSYBOX = '/bin/busybox';
/** Of Debian's binutils-multiarch, for binaries of any platform. */
const STRIP = '/usr/bin/strip';
/** Debian's libraries for arm64: those that Node.js needs, and their loader. */
const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu/lib';
const ARM64_NAMES = [
  ...['ld-linux-aarch64.so.1', 'libc.so.6', 'libm.so.6', 'libdl.so.2', 'libpthread.so.0', 'libstdc++.so.6'],
  ...['libgcc_s.so.1', 'libatomic.so.1'],
];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** npm settings for reaching the registry. They include no credentials, which `npm config` does not print. */
const NPM_SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl'];

/** The platform of the runtime image. The build always runs on this machine's. */
export type Platform = 'native' | 'arm64';

/**
 * Builds replacements for the two public base images from this machine's files, so that the image can be built without
 * access to a registry: `build` has a shell, npm and strip; `runtime` has Node.js and its libraries, with the layout of
 * the distroless images. Uses the Node.js that runs this file, or that of `.ci/install-release-parts` for arm64.
 *
 * @throws if a part is not on this machine.
 */
export async function importBaseImages(
  api: EngineApi,
  names: { build: string; runtime: string },
  platform: Platform,
): Promise<void> {
  await importImage(api, names.build, ['ENV PATH=/usr/local/bin:/usr/bin:/bin'], (root) => {
    addProgram(root, BUSYBOX, '/usr/bin/busybox');
    for (const applet of lines(execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }))) {
      if (applet !== 'busybox') symlinkSync('busybox', join(root, 'usr/bin', applet));
    }
    addProgram(root, STRIP, STRIP);
    addProgram(root, process.execPath, '/usr/local/bin/node');
    addNpm(root);
  });
  await importImage(api, names.runtime, [], (root) => {
    if (platform === 'native') addProgram(root, process.execPath, '/nodejs/bin/node');
    else addArm64Node(root);
    writeFileSync(join(root, 'etc/passwd'), 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n');
  });
}

/** The path of Node.js for arm64. @throws if it is not installed. */
export function arm64Node(): string {
  const script = realpathSync(builtProgram('node-arm64', '.ci/install-release-parts'));
  return join(dirname(script), 'node-arm64-binary');
}

function addArm64Node(root: string): void {
  addFile(root, arm64Node(), '/nodejs/bin/node');
  for (const name of ARM64_NAMES) addFile(root, join(ARM64_LIBRARIES, name), `/lib/${name}`);
}

async function importImage(
  api: EngineApi,
  image: string,
  changes: readonly string[],
  fill: (root: string) => void,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'rootfs-'));
  try {
    // As in current Debian, /bin and /lib are links to directories below /usr.
    for (const folder of ['bin', 'lib', 'lib64']) {
      mkdirSync(join(root, 'usr', folder), { recursive: true });
      symlinkSync(`usr/${folder}`, join(root, folder));
    }
    for (const folder of ['tmp', 'proc', 'dev', 'sys', 'root']) mkdirSync(join(root, folder));
    chmodSync(join(root, 'tmp'), 0o1777);
    addFile(root, CERTIFICATES, CERTIFICATES);
    fill(root);
    const tar = spawn('tar', ['-c', '-C', root, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(tar, 'close');
    const query = new URLSearchParams([
      ['fromSrc', '-'],
      ['repo', image],
      ...changes.map((change) => ['changes', change]),
    ]);
    textAt(await api.upload(`/images/create?${query}`, tar.stdout), 'status');
    const [code] = await ended;
    if (code !== 0) throw new Error(`tar of ${image} ended with ${code}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function addFile(root: string, from: string, to: string): void {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
}

/** Adds a program and its shared libraries. */
function addProgram(root: string, from: string, to: string): void {
  addFile(root, from, to);
  for (const library of librariesOf(from)) if (!existsSync(join(root, library))) addFile(root, library, library);
}

/** Library paths as printed by `ldd`: "libm.so.6 => /lib/.../libm.so.6 (0x...)", or for the loader "/lib64/ld-... (0x...)". */
function librariesOf(program: string): readonly string[] {
  // ldd fails for a static program.
  if (program === BUSYBOX) return [];
  const told = execFileSync('ldd', [program], { encoding: 'utf8' });
  if (told.includes('not found')) throw new Error(`${program} lacks libraries:\n${told}`);
  return [...told.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
}

/** Adds this machine's npm, with its registry settings. */
function addNpm(root: string): void {
  // Not `npm config ls`, which also reads the project's settings; the build copies those.
  const npm = (...args: readonly string[]) =>
    execFileSync('npm', ['--loglevel=error', ...args], { encoding: 'utf8', cwd: tmpdir() });
  // Not `npm root --global`, which depends on the Node.js that runs it, and that of the project has no npm.
  const program = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  const installed = join(dirname(realpathSync(program)), '..');
  cpSync(installed, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));

  const settings: unknown = JSON.parse(npm('config', 'list', '--long', '--json'));
  const told = NPM_SETTINGS.map((key) => [key, at(settings, key)] as const).filter(
    ([, value]) => value !== null && value !== undefined && String(value) !== '',
  );
  mkdirSync(join(root, 'usr/local/etc'), { recursive: true });
  writeFileSync(join(root, 'usr/local/etc/npmrc'), told.map(([key, value]) => `${key}=${value}\n`).join(''));
  const cafile = at(settings, 'cafile');
  if (typeof cafile === 'string' && cafile !== '') addFile(root, cafile, cafile);
}

function lines(text: string): readonly string[] {
  return text.trim().split('\n');
}
