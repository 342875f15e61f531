#!/usr/bin/env node
import { main } from './main.ts';

/** For pending output. After this, a handle that a library left open no longer keeps the process alive. */
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
