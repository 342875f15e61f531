import { parseArgs } from 'node:util';
import { nearest } from '../text/nearest.ts';
import { printable, withoutAssignment } from '../text/printable.ts';
import { PROGRAM } from '../version.ts';
import { COMMANDS, type CommandName } from './option.ts';
import { OPTION_LIST } from './options.ts';
import { type Problem, problem } from './problem.ts';

/** What argv says, before any value was looked at. */
export interface CommandLine {
  /** `run` when none was named; `undefined` when the one that was named does not exist. */
  readonly command: CommandName | undefined;
  /** By name without dashes; a switch is `'true'`. The last one of a name counts. */
  readonly flags: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

const SWITCHES = new Map<string, CommandName>([
  ['help', 'help'],
  ['version', 'version'],
]);
const FLAGS = new Map(OPTION_LIST.flatMap((option) => (option.flag === undefined ? [] : [[option.flag, option]])));
const FLAG_NAMES = [...FLAGS.keys(), ...SWITCHES.keys()];

const HEADERS_HINT =
  ': headers may hold secrets, so they are read from OTEL_EXPORTER_OTLP_HEADERS or from a file (--otlp-headers-file)';

const takesValue = (flag: string) => FLAGS.get(flag)?.placeholder !== undefined;

/**
 * Reads the arguments after the program's name: `[command] [--flag value | --flag=value | --switch]...`. Every mistake
 * is in `problems`; `--help` and `--version` win over all else, mistakes included.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const problems: Problem[] = [];
  const flags = new Map<string, string>();
  const positionals: string[] = [];
  const { args, valueless } = withoutDanglingFlags(argv);
  for (const flag of valueless) {
    const placeholder = FLAGS.get(flag.slice(2))?.placeholder;
    problems.push(problem('missing_value', flag, `${flag} needs a value: ${flag} <${placeholder}>`));
  }

  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries([
      ...FLAG_NAMES.map((flag) => [flag, { type: takesValue(flag) ? 'string' : 'boolean' }] as const),
      ['help', { type: 'boolean', short: 'h' }] as const,
    ]),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  let unknownAt = -2;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // What follows an unknown flag was most likely its value: one mistake, not two, and possibly a secret.
      if (token.index !== unknownAt + 1) positionals.push(token.value);
    } else if (token.kind === 'option') {
      if (FLAG_NAMES.includes(token.name)) flags.set(token.name, token.value ?? 'true');
      else if (token.index !== unknownAt) {
        unknownAt = token.index;
        problems.push(unknownFlag(args[token.index] ?? token.rawName));
      }
    }
  }

  const asked = [...SWITCHES].find(([flag]) => flags.has(flag));
  if (asked !== undefined) return { command: asked[1], flags, problems: [] };
  const [named = 'run', ...rest] = withoutProgram(positionals);
  const command = COMMANDS.find((known) => known === named);
  if (command === undefined) problems.push(unknownCommand(named));
  for (const extra of command === 'help' ? [] : rest) {
    const shown = printable(withoutAssignment(extra));
    problems.push(problem('unexpected_argument', shown, `${shown} is one argument too many`));
  }
  if (command !== undefined) problems.push(...misplacedFlags(command, flags));
  return { command, flags, problems };
}

/** parseArgs would take the next flag as the value of `--interval --log-level debug`, and lose two options. */
function withoutDanglingFlags(argv: readonly string[]): { readonly args: string[]; readonly valueless: string[] } {
  const args: string[] = [];
  const valueless: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at] ?? '';
    const next = argv[at + 1];
    if (arg === '--') return { args: [...args, ...argv.slice(at)], valueless };
    if (!arg.startsWith('--') || !takesValue(arg.slice(2))) args.push(arg);
    else if (next === undefined || next.startsWith('--') || next === '-h') valueless.push(arg);
    else {
      args.push(`${arg}=${next}`);
      at += 1;
    }
  }
  return { args, valueless };
}

/** Task definitions for version 2 may have a `command` that begins with the program's name. */
function withoutProgram(positionals: readonly string[]): readonly string[] {
  const isProgram = positionals[0]?.split('/').at(-1) === PROGRAM;
  return isProgram ? positionals.slice(1) : positionals;
}

/** `arg` may be `--name=secret` or `-nsecret`: only the name is shown. */
function unknownFlag(arg: string): Problem {
  const name = arg.split('=', 1)[0] ?? '';
  const bare = name.replace(/^-+/, '').toLowerCase();
  const meant = nearest(bare.replaceAll('_', '-'), FLAG_NAMES);
  const isLong = name.startsWith('--') || meant !== undefined;
  const shown = printable(isLong ? name : name.slice(0, 2)).slice(1, -1);
  const hint = meant === undefined ? '' : `; did you mean --${meant}?`;
  return problem('unknown_flag', shown, `${shown} is not an option${bare.includes('header') ? HEADERS_HINT : hint}`);
}

function unknownCommand(named: string): Problem {
  const shown = printable(withoutAssignment(named));
  const meant = nearest(named.toLowerCase(), COMMANDS);
  const hint = meant === undefined ? `the commands are ${COMMANDS.join(', ')}` : `did you mean ${meant}?`;
  return problem('unknown_command', shown, `${shown} is not a command; ${hint}`);
}

function misplacedFlags(command: CommandName, flags: ReadonlyMap<string, string>): readonly Problem[] {
  return [...flags.keys()].flatMap((flag) => {
    const commands = FLAGS.get(flag)?.commands;
    if (commands === undefined || commands.includes(command)) return [];
    const message = `--${flag} does not go with ${command}, only with ${commands.join(', ')}`;
    return [problem('wrong_command', `--${flag}`, message)];
  });
}
