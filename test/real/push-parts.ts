/** The real programs that receive what is pushed. */
import { builtProgram } from './built-program.ts';

export type PushPart = 'otelcol-test' | 'prometheus' | 'promtool' | 'statsd_exporter';

/** The path of one of the programs. @throws when it is not there, saying what puts it there. */
export function pushPart(name: PushPart): string {
  return builtProgram(name, '.ci/install-push-parts');
}
