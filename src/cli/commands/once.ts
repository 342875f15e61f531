import { OPTIONS } from '../../config/options.ts';
import { createSettings } from '../../config/settings.ts';
import { type CommandContext, EXIT, print, reportFailure, reportProblems } from '../context.ts';
import { loggerFor, logStart, resolveForCommand } from './run.ts';

/** `once`: one sample on stdout. */
export async function once(context: CommandContext): Promise<number> {
  const resolved = resolveForCommand(context);
  if ('problems' in resolved) return reportProblems(context.stderr, resolved.problems);
  const format = createSettings(context.line.flags, context.env).value(OPTIONS.onceFormat);
  const { takeOnce } = await import('../../once.ts');
  const { config } = resolved;
  // The sample is the result; of the log only what is wrong, unless more was asked for.
  const level = config.log.level === 'info' ? 'warn' : config.log.level;
  const logger = loggerFor(context, { ...config, log: { ...config.log, level } });
  logStart(logger, resolved);
  const { ok, text, reason } = await takeOnce(config, format, logger);
  if (text !== '') await print(context.stdout, text);
  return ok ? EXIT.ok : reportFailure(context.stderr, reason ?? 'the sample failed');
}
