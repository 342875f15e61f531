import { parseArgs } from 'node:util';
import { nearest } from '../text/nearest.ts';
import { printable, rejectedArgument, rejectedValue } from '../text/printable.ts';
import { PROGRAM } from '../version.ts';
import { COMMANDS, type CommandName, type Problem, problem } from './option.ts';
import { OPTION_LIST } from './options.ts';

/** The parsed arguments; values are not validated yet. */
export interface CommandLine {
  /** `run` by default; undefined if the command is unknown. */
  readonly command: CommandName | undefined;
  /** By name without dashes; a switch is `'true'`. The last occurrence wins. */
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
  '; command lines are visible to other processes, so set headers in OTEL_EXPORTER_OTLP_HEADERS or --otlp-headers-file';

const takesValue = (flag: string) => FLAGS.get(flag)?.placeholder !== undefined;

/**
 * Parses the arguments after the program's name: `[command] [--flag value | --flag=value | --switch]...`. `--help` and
 * `--version` take precedence over everything else, errors included.
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
      // The argument after an unknown flag is most likely its value, and may be a secret.
      if (token.index !== unknownAt + 1) positionals.push(token.value);
    } else if (token.kind === 'option') {
      if (FLAG_NAMES.includes(token.name)) flags.set(token.name, token.value ?? 'true');
      else if (token.index !== unknownAt) {
        unknownAt = token.index;
        problems.push(unknownFlag(args[token.index] ?? token.rawName));
      }
    }
  }

  const commandSwitch = [...SWITCHES].find(([flag]) => flags.has(flag));
  if (commandSwitch !== undefined) return { command: commandSwitch[1], flags, problems: [] };
  const [named = 'run', ...rest] = withoutProgram(positionals);
  const command = COMMANDS.find((known) => known === named);
  if (command === undefined) problems.push(unknownCommand(named));
  for (const extra of command === 'help' ? [] : rest) {
    const shown = rejectedArgument(extra);
    problems.push(problem('unexpected_argument', shown, `unexpected argument ${shown}`));
  }
  if (command !== undefined) problems.push(...misplacedFlags(command, flags));
  return { command, flags, problems };
}

/** In `--interval --log-level debug`, parseArgs would use the second flag as the value of the first. */
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

/** In task definitions for version 2, `command` may begin with the program's name. */
function withoutProgram(positionals: readonly string[]): readonly string[] {
  const isProgram = positionals[0]?.split('/').at(-1) === PROGRAM;
  return isProgram ? positionals.slice(1) : positionals;
}

/** Possibly a misspelled flag. Text with other characters, such as digits, may be a secret. */
const PLAIN_NAME = /^--?[a-z_][a-z_-]{0,39}$/i;

/** Shows only the name, because `arg` may be `--name=secret` or `-nsecret`. */
function unknownFlag(arg: string): Problem {
  const name = arg.split('=', 1)[0] ?? '';
  const bare = name.replace(/^-+/, '').toLowerCase();
  const meant = nearest(bare.replaceAll('_', '-'), FLAG_NAMES);
  const isLong = name.startsWith('--') || meant !== undefined;
  const visible = isLong ? name : name.slice(0, 2);
  const dashes = visible.startsWith('--') ? '--' : '-';
  const shown = PLAIN_NAME.test(visible)
    ? visible
    : `${dashes}${rejectedValue(visible.slice(dashes.length)).slice(1, -1)}`;
  const hint = meant === undefined ? '' : `; did you mean --${meant}?`;
  return problem('unknown_flag', shown, `unknown option ${shown}${bare.includes('header') ? HEADERS_HINT : hint}`);
}

function unknownCommand(named: string): Problem {
  const meant = nearest(named.toLowerCase(), COMMANDS);
  const shown = meant === undefined ? rejectedArgument(named) : printable(named);
  const hint =
    meant === undefined
      ? `the command must be ${COMMANDS.slice(0, -1).join(', ')} or ${COMMANDS.at(-1)}`
      : `did you mean ${meant}?`;
  return problem('unknown_command', shown, `unknown command ${shown}; ${hint}`);
}

function misplacedFlags(command: CommandName, flags: ReadonlyMap<string, string>): readonly Problem[] {
  return [...flags.keys()].flatMap((flag) => {
    const commands = FLAGS.get(flag)?.commands;
    if (commands === undefined || commands.includes(command)) return [];
    const message = `--${flag} is not valid for ${command}, only for ${commands.join(', ')}`;
    return [problem('wrong_command', `--${flag}`, message)];
  });
}
