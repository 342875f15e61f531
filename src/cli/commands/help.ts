import { type CommandContext, EXIT, print } from '../context.ts';
import { helpText } from '../help.ts';

/** `help`, `--help`, `-h`. */
export async function help(context: CommandContext): Promise<number> {
  await print(context.stdout, helpText());
  return EXIT.ok;
}
