// Separate from help.ts: a static import there would load the SDK for --help, and a dynamic one would bundle all of it.
import { SDK_INFO } from '@opentelemetry/core';
import { PROGRAM, VERSION } from '../version.ts';
import { type CommandContext, EXIT, print } from './context.ts';

/** `version`, `--version`. */
export async function printVersion({ stdout }: CommandContext): Promise<number> {
  const sdk = SDK_INFO['telemetry.sdk.version'];
  await print(stdout, `${PROGRAM} ${VERSION} (Node.js ${process.version}, OpenTelemetry SDK ${sdk})\n`);
  return EXIT.ok;
}
