/** Real receivers of pushed metrics, and version 2's DogStatsD client. */
import { builtProgram } from './built-program.ts';

export type PushPart =
  | 'otelcol-test'
  | 'prometheus'
  | 'promtool'
  | 'statsd_exporter'
  | 'send-gauge'
  | 'parse-openmetrics';

/** The path of one of the programs. @throws if it is not built, with the script that builds it. */
export function pushPart(name: PushPart): string {
  return builtProgram(name, '.ci/install-push-parts');
}
