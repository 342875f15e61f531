#!/usr/bin/env node
import { main } from './main.ts';

/** For output that is still on its way; what a library left open after that holds nobody up. */
const GRACE_MS = 250;

// No top-level await, so that a bundler can make CommonJS of it.
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
