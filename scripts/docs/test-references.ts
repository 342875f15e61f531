/** A test, by its file and its name. */
export interface TestReference {
  /** Below test/. */
  readonly file: string;
  /**
   * As node:test prints it, or as the source has it, with `…` for each `${}`. The latter names all tests of a parametrised test.
   */
  readonly test: string;
}

export interface Sources {
  /** The text of a file of the repository; undefined if it does not exist. */
  readonly read: (path: string) => string | undefined;
  /** The text of package.json. */
  readonly manifest: string;
}

/** Returns why the reference does not name exactly one test in the source; undefined if it does. */
export function problemOf({ file, test }: TestReference, { read }: Sources): string | undefined {
  const path = `test/${file}`;
  const source = read(path);
  if (source === undefined) return `${path} does not exist`;
  const texts = [source, ...importsOf(source, path).flatMap((imported) => read(imported) ?? [])];
  const names = testNames(source);
  const exact = names.filter((name) => name.join('…') === test);
  const matches = exact.length > 0 ? exact : names.filter((name) => isCase(name, test, texts));
  if (matches.length === 1) return undefined;
  return `${path} has ${matches.length === 0 ? 'no test' : `${matches.length} tests`} named "${test}"`;
}

/** The npm command that runs the tests of a file: the first script of package.json that contains its folder. */
export function commandOf(file: string, { manifest }: Sources): string {
  const [folder = ''] = file.split('/');
  const script = new RegExp(`"([\\w:]+)": ".*test/${escaped(folder)}/\\*`).exec(manifest)?.[1];
  if (script === undefined) throw new Error(`no npm script runs the tests of test/${folder}`);
  return script === 'test' ? 'npm test' : `npm run ${script}`;
}

/** A literal name, or the parts of a template between its placeholders. */
type Name = readonly string[];

const TEST_CALL = /(?<![\w.])(?:\w+\.)?test\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** The name of each test of a file whose name is a literal or a template. */
function testNames(source: string): readonly Name[] {
  return [...withoutComments(source).matchAll(TEST_CALL)].map(([, single, double, template]) =>
    template === undefined ? [unescaped(single ?? double ?? '')] : partsOf(template),
  );
}

function withoutComments(source: string): string {
  return source.replaceAll(/^\s*(?:\/\/.*$|\/\*[\s\S]*?\*\/)/gm, '');
}

function unescaped(literal: string): string {
  return literal.replaceAll(/\\(.)/g, '$1');
}

/** Splits a template at its placeholders, which can contain braces. */
function partsOf(template: string): Name {
  return template.split(/\$\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/).map(unescaped);
}

/** Whether a template yields this name with literals of the source as the values of its placeholders. */
function isCase(name: Name, test: string, texts: readonly string[]): boolean {
  if (name.length === 1) return false;
  const values = new RegExp(`^${name.map(escaped).join('(.+?)')}$`).exec(test)?.slice(1);
  return values?.every((value) => texts.some((text) => hasLiteral(text, value))) ?? false;
}

/** As a string, a number or a key of an object. */
function hasLiteral(text: string, value: string): boolean {
  const code = withoutComments(text).replaceAll('\\', '');
  const literal = escaped(value);
  const isWord = /^[\w.]+$/.test(value);
  const word = /^\d/.test(value) ? `(?<![\\w.])${literal}(?![\\w.])` : `(?<![\\w.'"\`])${literal}:`;
  return new RegExp(`(['"\`])${literal}\\1${isWord ? `|${word}` : ''}`).test(code);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The files that a file imports by a relative path. */
function importsOf(source: string, path: string): readonly string[] {
  return [...source.matchAll(/from '(\.[^']+)'/g)].map(([, target = '']) =>
    new URL(target, `file:///${path}`).pathname.slice(1),
  );
}
