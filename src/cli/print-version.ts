// Separate from help.ts: a static import there would load the SDK for --help, and a dynamic one would bundle all of it.
import { SDK_INFO } from '@opentelemetry/core';
import { PROGRAM, VERSION } from '../version.ts';
import { type CommandContext, printResult } from './context.ts';

/** `version`, `--version`. */
export function printVersion(context: CommandContext): Promise<number> {
  const sdk = SDK_INFO['telemetry.sdk.version'];
  return printResult(context, `${PROGRAM} ${VERSION} (Node.js ${process.version}, OpenTelemetry SDK ${sdk})\n`);
}
