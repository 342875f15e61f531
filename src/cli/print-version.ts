// A file of its own, because --help must not load the SDK, and a dynamic import would add the whole package to the bundle.
import { SDK_INFO } from '@opentelemetry/core';
import { PROGRAM, VERSION } from '../version.ts';
import { type CommandContext, EXIT, print } from './context.ts';

/** `version`, `--version`. */
export async function printVersion({ stdout }: CommandContext): Promise<number> {
  const sdk = SDK_INFO['telemetry.sdk.version'];
  await print(stdout, `${PROGRAM} ${VERSION} (Node.js ${process.version}, OpenTelemetry SDK ${sdk})\n`);
  return EXIT.ok;
}
