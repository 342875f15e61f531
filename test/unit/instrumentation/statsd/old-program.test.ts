import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as v from 'valibot';
import { startExporter } from '../../../../src/exporter.ts';
import { globsOf, testConfig } from '../../../helpers/config.ts';
import { startFaultEndpoint } from '../../../helpers/fault-endpoint.ts';
import { recordingLogger } from '../../../helpers/recording-logger.ts';
import { linesOf, udpReceiver } from '../../../helpers/statsd-receiver.ts';
import { until } from '../../../real/wait.ts';
import { corrections } from '../../../scenarios/old-program-corrections.ts';
import { readScenario, type Scenario } from '../../../scenarios/scenario.ts';

const SCENARIOS = join(import.meta.dirname, '../../../scenarios');

const oldAnswer = v.object({
  metrics: v.array(v.object({ name: v.string(), labels: v.record(v.string(), v.string()), value: v.number() })),
});

/** The last line of every export. */
const LAST = /^ecs_task\.exporter_build_info:1\|g\|#.*\n?/m;

/** Plays a scenario, then polls until an export satisfies `isThere`. */
async function exportsOf(t: TestContext, scenario: Scenario, isThere: (lines: readonly string[]) => boolean) {
  const receiver = await udpReceiver(t);
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  const { polls, include, exclude } = scenario;
  [endpoint.task, endpoint.stats] = [polls[0]?.task, polls[0]?.stats];
  const config = testConfig(endpoint.url, {
    include: globsOf(...include),
    exclude: globsOf(...exclude),
    exporters: ['statsd'],
    statsd: { ...testConfig(endpoint.url).statsd, port: receiver.port },
  });
  const exporter = await startExporter(config, recordingLogger());
  t.after(() => exporter.shutdown());
  for (const { task, stats } of polls) {
    [endpoint.task, endpoint.stats] = [task, stats];
    await exporter.poll();
  }
  await until('the lines', async () => {
    await exporter.poll();
    const whole = linesOf(receiver.datagrams).join('\n').split(LAST).slice(0, -1);
    return isThere((whole.at(-1) ?? '').split('\n')) || undefined;
  });
}

const CASES = ['01-basic', '08-percpu-inactive', '10-throttling', '12-memory-cache', '15-blkio-odd-entries'];

for (const name of [...CASES, '19-include', '37-beyond-2^53']) {
  test(`the names, tags and values that the old program sent: ${name}`, async (t) => {
    const folder = join(SCENARIOS, name);
    const old = v.parse(oldAnswer, JSON.parse(readFileSync(join(folder, 'old-program.json'), 'utf8')));
    const corrected = corrections[name]?.corrected ?? [];
    const wanted = old.metrics
      .filter((one) => !corrected.some(({ matches }) => matches(one.name, one.labels)))
      .map((one) => {
        const tags = Object.entries(one.labels).map((pair) => pair.join(':'));
        return `${one.name.replace('ecs_task_', 'ecs_task.')}:${one.value}|g${tags.length === 0 ? '' : `|#${tags}`}`;
      });
    assert.ok(wanted.length >= 10, `${wanted.length}`);
    let missing = wanted;
    const play = exportsOf(t, readScenario(folder, name), (lines) => {
      // Network series have an additional tag for the interface.
      const count = (line: string) => lines.filter((one) => one === line || one.startsWith(`${line},iface:`)).length;
      missing = wanted.filter((line) => count(line) !== 1);
      return missing.length === 0;
    });
    await play.catch((error) => assert.deepEqual(missing, [], String(error)));
  });
}
