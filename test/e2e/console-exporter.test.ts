import { test } from 'node:test';
import { startProgram } from '../helpers/program.ts';

const CONSOLE = { EXPORTERS: 'console', OTEL_METRIC_EXPORT_INTERVAL: '100', LOG_FORMAT: 'json' };

test('exports fail when stdout is closed', async (t) => {
  const program = startProgram(t, ['demo', '--exporter-port', '0'], CONSOLE);
  program.child.stdout?.once('data', () => program.child.stdout?.destroy());
  await program.message('console_export_failing');
});

test('exports fail when stdout is not read, instead of filling the memory', async (t) => {
  const program = startProgram(t, ['demo', '--exporter-port', '0'], CONSOLE);
  program.child.stdout?.pause();
  await program.message('console_export_failing');
});
