import { SDK_INFO } from '@opentelemetry/core';
import { PROGRAM, VERSION } from '../../version.ts';
import { type CommandContext, EXIT, print } from '../context.ts';

/** `version`, `--version`: all three that a bug report needs. */
export async function version(context: CommandContext): Promise<number> {
  const sdk = SDK_INFO['telemetry.sdk.version'];
  await print(context.stdout, `${PROGRAM} ${VERSION} (Node.js ${process.version}, OpenTelemetry SDK ${sdk})\n`);
  return EXIT.ok;
}
