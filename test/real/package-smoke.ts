/**
 * node package-smoke.ts INSTALLED_BIN: checks that the published package works outside this checkout. Fails otherwise.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { startExporterProcess } from './exporter-process.ts';
import { textAt } from './json.ts';

const [, , bin] = process.argv;
if (bin === undefined) throw new Error('usage: node package-smoke.ts INSTALLED_BIN');

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
// Runs it by its name, so that its first line must find Node.js.
const printed = execFileSync(bin, ['--version'], { encoding: 'utf8', env: { PATH: dirname(process.execPath) } });
const version = textAt(manifest, 'version');
assert.ok(printed.includes(version), `--version says ${JSON.stringify(printed)}, but package.json ${version}`);

const exporter = await startExporterProcess('demo', [], bin);
const metrics = await exporter.metrics().finally(() => exporter.stop());
assert.equal(metrics.value('ecs_task_exporter_status'), 1);
process.stdout.write(`${printed.trim()}: the installed demo serves ${metrics.series.length} series\n`);
