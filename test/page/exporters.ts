import type { TestContext } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import type { WebConfig } from '../../src/config/web-config.ts';
import { type Exporter, startExporter } from '../../src/exporter.ts';
import { globsOf, testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { originOf } from '../helpers/scrape.ts';
import { CANARY } from '../helpers/scripted-documents.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';

export interface Shown {
  readonly exporter: Exporter;
  readonly origin: string;
}

export const EVENTS = [
  { time: '2026-11-28T17:45:10.000Z', level: 'warn', event: 'otlp_export_failing', message: 'an export failed' },
  { time: '2026-11-28T17:45:12.000Z', level: 'info', event: 'otlp_export_recovered', message: 'recovered' },
];

/** An exporter that has taken a sample. It polls on request, unless an interval is set. */
export async function showTask(
  t: TestContext,
  url: string,
  changes: Partial<Config> = {},
  webConfig?: WebConfig,
): Promise<Shown> {
  const exporter = await startExporter(testConfig(url, changes), recordingLogger(), {
    recentEvents: { list: () => EVENTS },
    webConfig,
  });
  t.after(() => exporter.shutdown());
  await exporter.poll();
  return { exporter, origin: originOf(exporter) };
}

/** Runs as a script, an event handler or a style, if it is not escaped. */
const EVIL = `"'><script>globalThis.hacked=1</script><img src=x onerror="globalThis.hacked=2"><svg onload=globalThis.hacked=3>`;

export const HOSTILE_NAMES = [
  EVIL,
  `javascript:globalThis.hacked=4`,
  '</main></table><h1>out</h1>',
  '\u202egnp.exe',
  'x'.repeat(255),
  'ß漢字🙂',
  '__proto__',
];

/** A task whose names, images and labels try to become markup. */
export async function showHostileTask(t: TestContext): Promise<Shown> {
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  const task = scriptedTask(...HOSTILE_NAMES);
  task.publish(endpoint);
  endpoint.task = JSON.parse(JSON.stringify(task.task()).replaceAll(CANARY, JSON.stringify(EVIL).slice(1, -1)));
  return showTask(t, endpoint.url, { containerLabels: globsOf('*') });
}
