/** The programs that `.ci/install-iac-parts` installs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as v from 'valibot';
import { builtProgram } from '../real/built-program.ts';

const SCRIPT = '.ci/install-iac-parts';

export interface Result {
  readonly code: number | null;
  /** Standard output. */
  readonly output: string;
  /** Standard output and standard error. */
  readonly log: string;
}

export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, with the Node.js version of the project first on PATH. */
export function run(program: string, args: readonly string[], { cwd, env = {} }: Place = {}): Result {
  // A child that runs tests reports to the terminal and not to this test runner.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const path = `${dirname(process.execPath)}${delimiter}${inherited['PATH']}`;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...inherited, PATH: path, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) throw error;
  return { code: status, output: stdout, log: `${stdout}${stderr}` };
}

const matches = v.array(v.object({ Filename: v.string(), Rule: v.object({ Id: v.string() }), Message: v.string() }));

export interface LintResult {
  readonly code: number | null;
  /** For each problem: `file: rule message`. */
  readonly problems: readonly string[];
}

/** Errors, warnings and informational findings of cfn-lint. */
export function cfnLint(...files: readonly string[]): LintResult {
  const { code, output, log } = run(builtProgram('cfn-lint', SCRIPT), [
    '--format',
    'json',
    '--include-checks',
    'I',
    '--',
    ...files,
  ]);
  const { success, output: found } = v.safeParse(v.pipe(v.string(), v.parseJson(), matches), output || '[]');
  if (!success) throw new Error(`cfn-lint ended with ${code}: ${log}`);
  return { code, problems: found.map(({ Filename, Rule, Message }) => `${Filename}: ${Rule.Id} ${Message}`) };
}

export interface Parsed {
  readonly code: number | null;
  /** Undefined if the file has a syntax error. */
  readonly document: unknown;
  readonly log: string;
}

/** Parses a file of Terraform. */
export function hcl2json(file: string): Parsed {
  const { code, output, log } = run(builtProgram('hcl2json', SCRIPT), [file]);
  const document: unknown = code === 0 ? JSON.parse(output) : undefined;
  return { code, document, log };
}

/** The installed packages of examples/cdk. */
export function cdkPackages(): string {
  // Where the link `node_modules/aws-cdk/bin/cdk` points.
  return join(realpathSync(builtProgram('cdk', SCRIPT)), '../../..');
}

/** A temporary folder, and the function that removes it. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'iac-')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
