/** The shell commands of the documentation: `sh` blocks, one command per line. */
import { blocksIn } from './pages.ts';

export interface Command {
  readonly page: string;
  readonly line: number;
  readonly program: string;
  readonly args: readonly string[];
}

/** Splits a command into words as a shell does. Does not expand `$(...)`. */
export function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}

export const COMMANDS: readonly Command[] = blocksIn('sh').flatMap(({ page, line, body }) =>
  body
    .split('\n')
    .flatMap((text, index) => text.split(' && ').map((part) => ({ line: line + 1 + index, words: wordsOf(part) })))
    .flatMap(({ line: at, words: [program, ...args] }) =>
      program === undefined ? [] : { page, line: at, program, args },
    ),
);

/** The arguments of this program in a command; undefined if the command runs something else. */
export function programArguments({ program, args }: Command): readonly string[] | undefined {
  if (program === 'npm') {
    const isProgram = args[0] === 'start' || (args[0] === 'run' && (args[1] === 'start' || args[1] === 'demo'));
    if (!isProgram) return undefined;
    const own = args.includes('--') ? args.slice(args.indexOf('--') + 1) : [];
    return args[1] === 'demo' ? ['demo', ...own] : own;
  }
  if (program !== 'docker') return undefined;
  if (args[0] === 'run') return args.slice(args.indexOf('ecs-container-exporter') + 1);
  const file = args.indexOf('/app/ecs-container-exporter.cjs');
  return args[0] === 'exec' && file > 0 ? args.slice(file + 1) : undefined;
}
