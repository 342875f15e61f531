/** npm projects outside this checkout, as a user creates them. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIMIT_MS = 240_000;

export interface FreshProject {
  readonly folder: string;
  write(name: string, text: string): void;
  /** The path of an installed program. */
  bin(name: string): string;
  /** Runs a Node.js program and resolves with its output. @throws with the output if the exit code is not 0. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** Folders of every installed copy of the package. */
  copies(name: string): readonly string[];
  /** Installed packages with install scripts. */
  withInstallScripts(): readonly string[];
  remove(): void;
}

const lockSchema = v.object({
  packages: v.record(v.string(), v.object({ hasInstallScript: v.optional(v.boolean(), false) })),
});

/** Builds and packs this checkout. Resolves with the path of the tarball in `folder`. */
export async function packHere(folder: string): Promise<string> {
  await npm(ROOT, 'pack', '--pack-destination', folder);
  const [tarball, other] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (tarball === undefined || other !== undefined) throw new Error(`not one tarball in ${folder}`);
  return join(folder, tarball);
}

/** An empty project of ES modules with these packages: names with versions, or paths of tarballs. */
export async function createFreshProject(packages: readonly string[]): Promise<FreshProject> {
  const folder = mkdtempSync(join(tmpdir(), 'fresh-project-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const project: FreshProject = {
    folder,
    write(name, text) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    },
    bin: (name) => join(folder, 'node_modules/.bin', name),
    run: (program, ...args) => outputOf(process.execPath, [program, ...args], folder),
    copies: (name) =>
      readdirSync(join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' })
        .filter((path) => `/${path}`.endsWith(`/${name}/package.json`))
        .map((path) => dirname(path)),
    withInstallScripts: () => {
      const text = readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8');
      const { packages: installed } = v.parse(lockSchema, JSON.parse(text));
      return Object.entries(installed)
        .filter(([, { hasInstallScript }]) => hasInstallScript)
        .map(([path]) => path);
    },
    remove,
  };
  try {
    project.write('package.json', JSON.stringify({ name: 'fresh-project', private: true, type: 'module' }));
    await npm(folder, 'install', ...packages);
  } catch (error) {
    remove();
    throw error;
  }
  return project;
}

function npm(folder: string, command: string, ...args: readonly string[]): Promise<string> {
  return outputOf(
    'npm',
    [command, '--loglevel=error', '--no-audit', '--no-fund', '--foreground-scripts', ...args],
    folder,
  );
}

async function outputOf(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    // Programs write colours in CI too.
    const env = { ...process.env, NO_COLOR: '1' };
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd, env, timeout: LIMIT_MS });
    return `${stdout}${stderr}`;
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) throw error;
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`, { cause: error });
  }
}
