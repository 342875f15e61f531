#!/usr/bin/env node
import { main } from './main.ts';

/** Time for pending output to drain. Then the process exits, even if a library left a handle open. */
const GRACE_MS = 250;

// No top-level await: the bundle is CommonJS.
void main({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  host: process,
}).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), GRACE_MS).unref();
});
