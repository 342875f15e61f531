import { OPTIONS } from '../../config/options.ts';
import { createSettings } from '../../config/settings.ts';
import { type CommandContext, EXIT, print } from '../context.ts';
import { reportFailure, reportProblems } from '../report.ts';
import { resolveForCommand } from './run.ts';

/** `once`: one sample on stdout. */
export async function once(context: CommandContext): Promise<number> {
  const resolved = resolveForCommand(context);
  if ('problems' in resolved) return reportProblems(context.stderr, resolved.problems);
  const format = createSettings(context.line.flags, context.env).value(OPTIONS.onceFormat);
  const { takeOnce } = await import('../../once.ts');
  const { ok, text, reason } = await takeOnce(resolved.config, format);
  if (text !== '') await print(context.stdout, text);
  return ok ? EXIT.ok : reportFailure(context.stderr, reason ?? 'the sample failed');
}
