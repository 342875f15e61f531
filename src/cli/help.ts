import { COMMANDS, GROUPS, type Option } from '../config/option.ts';
import { OPTION_LIST } from '../config/options.ts';
import { defaultText, flagText, variableTexts } from '../config/problem.ts';
import { PROGRAM } from '../version.ts';
import { COMMAND_DESCRIPTIONS, EXIT_DESCRIPTIONS } from './command-table.ts';

const WIDTH = 100;

/** The text of `--help`: all of it comes from the tables of options and commands. */
export function helpText(): string {
  const commands = COMMANDS.map((name) => hanging(`  ${name.padEnd(13)}`, COMMAND_DESCRIPTIONS[name]));
  const exits = EXIT_DESCRIPTIONS.map(([code, meaning]) => hanging(`  ${code}  `, meaning));
  const groups = GROUPS.map((group) => {
    const options = OPTION_LIST.filter((option) => option.group === group).map(optionText);
    return `${group}:\n${options.join('\n')}`;
  });
  return [
    `${PROGRAM}: metrics of an Amazon ECS task's containers, for Prometheus and OpenTelemetry`,
    `Usage:\n  ${PROGRAM} [command] [options]`,
    `Commands:\n${commands.join('\n')}`,
    hanging(
      '',
      'A flag wins over its variables, and those over each other in the order given here. An empty variable is not set.',
    ),
    ...groups,
    `Exit codes:\n${exits.join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function optionText(option: Option<unknown>): string {
  const variables = variableTexts(option).join(', ');
  const flag = flagText(option);
  const heading = hanging('  ', flag ?? variables);
  const details = [option.description, ...(flag === undefined || variables === '' ? [] : [`Variables: ${variables}`])];
  const all = [...details, `Default: ${defaultText(option)}`];
  return [heading, ...all.map((detail) => hanging('      ', detail))].join('\n');
}

/** Wraps at 100 columns; the lines after the first begin below the first one's text. */
function hanging(lead: string, text: string): string {
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
