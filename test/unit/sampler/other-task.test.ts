/** An endpoint that begins to serve another task: exporters see a new resource, without growth across the two tasks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCollector } from '../../../instrumentation/collector.ts';
import { createDeltas } from '../../../instrumentation/deltas.ts';
import { createResourceBuilder } from '../../../instrumentation/resource.ts';
import { metricSet } from '../../../src/metrics/row-instruments.ts';
import { Sampler } from '../../../src/sampler/sampler.ts';
import { scriptedPoll } from './scripted-poll.ts';

const OTHER = 'arn:aws:ecs:eu-west-1:111122223333:task/c/other';
const SERVICE = { serviceName: 'x', isServiceNameGiven: false, serviceVersion: '1', resourceAttributes: {} };

/** Exports deltas of a scripted task. */
function setUp() {
  const script = scriptedPoll({ read: 10, used: 1 });
  let nowMs = 0;
  const sampler = new Sampler({
    source: script.source,
    intervalMs: 10_000,
    isSelected: () => true,
    vocabularies: ['semconv'],
    version: '1',
    observer: { onPoll: () => {} },
    monotonicMs: () => nowMs,
    wallMs: () => Date.UTC(2026, 0, 1) + nowMs,
  });
  const sets = [metricSet('semconv', '1')];
  const resourceOf = createResourceBuilder(SERVICE);
  const collector = createCollector({ source: sampler, resourceOf, sets: [sets], programStartNs: sampler.startedNs });
  const deltas = createDeltas(sampler.startedNs);

  /** The exported growth of a counter, with the task's ID. */
  return async (answer: typeof script.answer, name = 'container.cpu.time'): Promise<readonly unknown[]> => {
    nowMs += 10_000;
    script.answer = answer;
    await sampler.poll();
    const collected = deltas.of(await collector.collect(sets));
    deltas.acknowledge(collected);
    return collected.flatMap(({ resource, scopes }) =>
      scopes
        .flatMap(({ metrics }) => metrics)
        .filter(({ data }) => data.descriptor.name === name)
        .flatMap(({ data }) => data.dataPoints.map(({ value }) => [resource.attributes['aws.ecs.task.id'], value])),
    );
  };
}

test('deltas of another task begin at zero', async () => {
  const exported = setUp();
  // The container started before the program: the first total is no growth.
  const before = { started: -1000 } as const;
  assert.deepEqual(await exported({ ...before, read: 10, used: 1 }), []);
  assert.deepEqual(await exported({ ...before, read: 20, used: 6 }), [['abc', 5]]);
  assert.deepEqual(await exported({ ...before, read: 30, used: 100, arn: OTHER }), []);
  assert.deepEqual(await exported({ ...before, read: 40, used: 103, arn: OTHER }), [['other', 3]]);
});

test('deltas of the exporter itself continue', async () => {
  const exported = setUp();
  const polls = 'aws.ecs.exporter.polls';
  assert.deepEqual(await exported({ read: 10, used: 1 }, polls), [['abc', 1]]);
  assert.deepEqual(await exported({ read: 20, used: 6 }, polls), [['abc', 1]]);
  assert.deepEqual(await exported({ read: 30, used: 7, arn: OTHER }, polls), [['other', 1]]);
  assert.deepEqual(await exported({ read: 40, used: 8, arn: OTHER }, polls), [['other', 1]]);
});
