import type { Config } from '../config/config.ts';
import { createLineWriter, type LineStream } from './line-writer.ts';
import { createLogger, type Logger } from './logger.ts';

/** The logger of the program: on stderr, since `once` and `demo` print what was asked for on stdout. */
export function createStreamLogger(log: Config['log'], stream: LineStream, hasColours = false): Logger {
  return createLogger({ ...log, write: createLineWriter(stream), hasColours });
}
