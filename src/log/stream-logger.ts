import { createLineWriter, type LineStream } from './line-writer.ts';
import { createLogger, type Logger, type LoggerOptions } from './logger.ts';

/** The logger of the program: on stderr, since `once` and `demo` print what was asked for on stdout. */
export function createStreamLogger(
  log: Pick<LoggerOptions, 'level' | 'format'>,
  stream: LineStream,
  hasColours = false,
): Logger {
  return createLogger({ ...log, write: createLineWriter(stream), hasColours });
}
