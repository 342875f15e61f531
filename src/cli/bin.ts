#!/usr/bin/env node
import { main } from './main.ts';

/** For output that is still on its way; what a library left open after that holds nobody up. */
const GRACE_MS = 250;

// No top-level await: the image runs a CommonJS bundle of this file.
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
