#!/usr/bin/env node
import { holdSignals } from './signals.ts';

/** Time for pending output to drain. Then the process exits, even if a library left a handle open. */
const GRACE_MS = 250;

// Before any other module is loaded, which takes tens of milliseconds.
const signals = holdSignals(process);
// By default, this signal opens a debugger, which could read secrets.
process.on('SIGUSR1', () => {});

// No top-level await: the bundle is CommonJS.
void import('./main.ts').then(async ({ main }) => {
  process.exitCode = await main({
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    host: process,
    signals,
  });
  setTimeout(() => process.exit(), GRACE_MS).unref();
});
