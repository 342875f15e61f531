import { COMMANDS, type CommandName, flagText, type Option, variablesOf } from '../config/option.ts';
import { OPTION_GROUPS } from '../config/options.ts';
import { PROGRAM } from '../version.ts';
import { type CommandContext, printResult } from './context.ts';

/** Descriptions of the commands, for help and docs. */
export const COMMAND_DESCRIPTIONS: Readonly<Record<CommandName, string>> = {
  run: 'Poll the endpoint and serve or push metrics until stopped (default).',
  once: 'Take one sample, print it and exit. Starts no server.',
  healthcheck: 'Check whether the exporter on this machine is healthy. Uses --exporter-host and --exporter-port.',
  demo: 'Run with a recorded task, without ECS. The sampling interval defaults to 1 second.',
  help: 'Print this help. Same as --help and -h.',
  version: 'Print the versions of the exporter, Node.js and the OpenTelemetry SDK. Same as --version.',
};

/** Exit codes, for help and docs. */
export const EXIT_DESCRIPTIONS: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'Success: stopped by a signal, sample taken, or healthy.'],
  [1, 'Failure: port in use, sample failed, not healthy, or shutdown interrupted by a second signal.'],
  [2, 'Invalid configuration. All errors are printed, one per line.'],
];

const WIDTH = 100;

/** `help`, `--help`, `-h`. */
export function help(context: CommandContext): Promise<number> {
  return printResult(context, helpText());
}

/** The text of `--help`, generated from the tables of options and commands. */
export function helpText(): string {
  const commands = COMMANDS.map((name) => withHangingIndent(`  ${name.padEnd(13)}`, COMMAND_DESCRIPTIONS[name]));
  const exits = EXIT_DESCRIPTIONS.map(([code, meaning]) => withHangingIndent(`  ${code}  `, meaning));
  const groups = [...OPTION_GROUPS].map(([heading, options]) => `${heading}:\n${options.map(optionText).join('\n')}`);
  return [
    `${PROGRAM}: exports container metrics of ECS tasks to Prometheus, OTLP and DogStatsD`,
    `Usage:\n  ${PROGRAM} [command] [options]`,
    `Commands:\n${commands.join('\n')}`,
    withHangingIndent(
      '',
      'Options are set by flag or environment variable. A flag takes precedence over its variables, and a variable over those listed after it. An empty variable counts as unset.',
    ),
    ...groups,
    `Exit codes:\n${exits.join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function optionText(option: Option<unknown>): string {
  const variables = variablesOf(option)
    .map(({ name, note }) => (note === '' ? name : `${name} (${note})`))
    .join(', ');
  const flag = flagText(option);
  const heading = withHangingIndent('  ', flag ?? variables);
  const details = [option.description, ...(flag === undefined || variables === '' ? [] : [`Variables: ${variables}`])];
  const all = [...details, `Default: ${option.defaultNote ?? option.default ?? 'none'}`];
  return [heading, ...all.map((detail) => withHangingIndent('      ', detail))].join('\n');
}

/** Wraps at 100 columns. Continuation lines are indented to the start of the text. */
function withHangingIndent(lead: string, text: string): string {
  const indent = ' '.repeat(lead.length);
  const lines: string[] = [];
  let line = lead;
  for (const word of text.split(' ')) {
    const isFirst = line.length === lead.length;
    if (!isFirst && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
