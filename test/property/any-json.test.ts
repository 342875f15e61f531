import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { taskIdentity } from '../../src/metrics/identity.ts';
import { createInvalidValues } from '../../src/snapshot/json-values.ts';
import { parseTaskTags } from '../../src/snapshot/task-info.ts';
import { propertyRuns } from '../helpers/property-runs.ts';
import { fargateTask } from './documents.ts';
import { pathsOf } from './mutations.ts';
import { createPipeline, type Documents, EMPTY_HISTORY } from './pipeline.ts';

/** Polls the documents twice and checks that the readings are valid. */
function assertValidReadings(first: Documents, second: Documents): void {
  const pipeline = createPipeline();
  const { history } = pipeline.step(EMPTY_HISTORY, first);
  const { readings, view } = pipeline.step(history, second);
  for (const { metric, value, attributes } of readings) {
    assert.ok(Math.abs(value) < 2 ** 60, `${metric.name} is ${value}`);
    if (!metric.name.endsWith('exit_code')) assert.ok(value >= 0, `${metric.name} is ${value}`);
    for (const text of Object.values(attributes)) assert.ok(typeof text !== 'string' || text.isWellFormed());
  }
  if (view !== undefined) assert.ok(Object.values(taskIdentity(view.task)).every((value) => value !== ''));
}

test('any JSON as either document', () => {
  const any = fc.record({ task: fc.jsonValue({ maxDepth: 5 }), stats: fc.jsonValue({ maxDepth: 5 }) });
  fc.assert(
    fc.property(any, any, (first, second) => assertValidReadings(first, second)),
    propertyRuns(500),
  );
});

const example = fargateTask().at(100);
const KEYS = [...new Set(pathsOf(example).flat())].filter((key) => typeof key === 'string');
const VALUES = [
  'NORMAL',
  'CNI_PAUSE',
  'RUNNING',
  'awsvpc',
  'container:a',
  'Read',
  '2026-01-01T00:00:00.5Z',
  '2026-01-01T00:00:10Z',
  '__proto__',
  'a',
  '',
  0,
  1,
  -1,
  2 ** 59,
  2 ** 64,
  1e-300,
  null,
  true,
];

/** Names and values of the endpoint in random nested objects and lists. */
const { document } = fc.letrec<{ document: unknown; node: unknown }>((tie) => ({
  document: fc.dictionary(fc.constantFrom(...KEYS, '__proto__', 'toString'), tie('node'), { maxKeys: 6 }),
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom<unknown>(...VALUES),
    tie('document'),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
}));

test('names and values of the endpoint in any structure', () => {
  const documents = fc.record({ task: document, stats: document });
  fc.assert(
    fc.property(documents, documents, (first, second) => assertValidReadings(first, second)),
    propertyRuns(500),
  );
});

/** Matching containers and stats with random contents. */
test('a valid task structure with any content', () => {
  const name = fc.string({ unit: 'binary', maxLength: 5 });
  const part = fc.oneof({ depthSize: 'xsmall' }, document, fc.constantFrom<unknown>(...VALUES));
  const container = fc.record(
    {
      DockerId: fc.constantFrom('a', 'b', '__proto__'),
      Name: fc.constantFrom('x', 'y', '_task_'),
      Networks: part,
      Health: part,
      ExitCode: part,
      KnownStatus: part,
      Labels: fc.dictionary(name, part),
    },
    { requiredKeys: ['DockerId', 'Name'] },
  );
  const entry = fc.record({
    read: fc.constantFrom('2026-01-01T00:00:00.5Z', '2026-01-01T00:00:10Z', '0001-01-01T00:00:00Z'),
    cpu_stats: part,
    precpu_stats: part,
    memory_stats: part,
    blkio_stats: fc.dictionary(fc.constantFrom('io_service_bytes_recursive', 'io_serviced_recursive'), part),
    networks: fc.dictionary(name, part),
  });
  const documents = fc.record({
    task: fc.record({
      TaskARN: fc.constant('arn'),
      Limits: part,
      ClockDrift: part,
      EphemeralStorageMetrics: part,
      Errors: fc.array(part, { maxLength: 3 }),
      Containers: fc.array(container, { maxLength: 5 }),
    }),
    stats: fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), entry, { noNullPrototype: false }),
  });
  fc.assert(
    fc.property(documents, documents, (first, second) => assertValidReadings(first, second)),
    propertyRuns(100),
  );
});

test('any JSON as the response with task tags', () => {
  const answer = fc.oneof(
    fc.jsonValue(),
    fc.record({ TaskARN: fc.constant('arn'), TaskTags: document, Errors: document }),
  );
  fc.assert(
    fc.property(answer, (tagged) => {
      const { tags } = parseTaskTags(tagged, () => true, createInvalidValues()) ?? {};
      for (const [name, value] of Object.entries(taskIdentity({ tags })).filter(([one]) => /\.tag\./.test(one))) {
        assert.ok(value !== '' && String(value).isWellFormed() && name.isWellFormed());
      }
    }),
    propertyRuns(300),
  );
});
