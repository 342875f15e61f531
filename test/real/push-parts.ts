/** The real programs that receive what is pushed, and version 2's DogStatsD client. */
import { builtProgram } from './built-program.ts';

export type PushPart = 'otelcol-test' | 'prometheus' | 'promtool' | 'statsd_exporter' | 'send-gauge';

/** The path of one of the programs. @throws when it is not there, saying what puts it there. */
export function pushPart(name: PushPart): string {
  return builtProgram(name, '.ci/install-push-parts');
}
