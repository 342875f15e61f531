import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Reading } from '../../instrumentation/metric-definition.ts';
import type { TaskHistory } from '../../src/history/task-history.ts';
import { propertyRuns } from '../helpers/property-runs.ts';
import { cgroup2Task, fargateTask, type SampleTask, windowsTask, withVictim } from './documents.ts';
import { MUTATIONS, type Path, pathsOf, swapped, valueAt, withValue } from './mutations.ts';
import { containerOf, createPipeline, EMPTY_HISTORY, type Outcome } from './pipeline.ts';

/** Entries of the changed container in `/task` and `/task/stats`. */
interface Victim {
  readonly metadata: unknown;
  readonly entry: unknown;
}

const POLLS = [100, 110, 120] as const;

function trial(task: SampleTask): {
  readonly documents: Victim;
  /** Whether the changed container has the name of another one. Of two with the same name, ecs exports only one. */
  readonly hasTakenName: (changed: Victim) => boolean;
  readonly check: (changed: Victim, what: string, first?: Victim) => void;
} {
  const pipeline = createPipeline();
  const clean = POLLS.map((seconds) => task.at(seconds));
  const [one, two, three] = clean;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three polls are needed');
  const victimOf = ({ task: document, stats }: typeof one): Victim => ({
    metadata: document.Containers[task.victim.place],
    entry: stats[task.victim.id],
  });
  const name = valueAt(victimOf(one).metadata, ['Name']);
  const isOthers = (reading: Reading): boolean => {
    const container = containerOf(reading);
    // Available memory depends on all containers of the task.
    if (reading.metric.name === 'container.memory.available') return false;
    return container !== undefined && container !== '_task_' && container !== name;
  };
  const expected: (readonly Reading[])[] = [];
  const histories: TaskHistory[] = [];
  let history = EMPTY_HISTORY;
  for (const documents of clean) {
    const outcome = pipeline.step(history, documents);
    history = outcome.history;
    histories.push(history);
    expected.push(outcome.readings.filter(isOthers));
  }
  const [afterOne = EMPTY_HISTORY] = histories;

  function checkOutcome({ readings }: Outcome, poll: number, what: string): void {
    for (const { value, metric } of readings) {
      if (!(value >= 0 && value < 2 ** 60)) assert.fail(`${what}: ${metric.name} is ${value}`);
    }
    // Excludes the series of the changed container by its original name, which the change can have replaced.
    const names = new Set(expected[poll]?.map(containerOf));
    const others = readings.filter((reading) => names.has(containerOf(reading)) && isOthers(reading));
    assert.equal(others.length, expected[poll]?.length, `${what}: series of other containers`);
    for (const [at, { metric, attributes, value, startTimeNs }] of others.entries()) {
      const right = expected[poll]?.[at];
      const isSame = metric === right?.metric && attributes === right.attributes && value === right.value;
      // Not assert.ok, which would build a message for each of millions of readings.
      if (!isSame || startTimeNs !== right.startTimeNs) {
        assert.fail(`${what}: ${metric.name} ${JSON.stringify(attributes)}`);
      }
    }
  }

  return {
    documents: victimOf(two),
    hasTakenName(changed) {
      const taken = valueAt(changed.metadata, ['Name']);
      return taken !== name && two.task.Containers.some((container) => valueAt(container, ['Name']) === taken);
    },
    check(changed, what, first) {
      const before =
        first === undefined ? { history: afterOne } : pipeline.step(EMPTY_HISTORY, withVictim(one, task.victim, first));
      const during = pipeline.step(before.history, withVictim(two, task.victim, changed));
      checkOutcome(during, 1, `${what}, that poll`);
      checkOutcome(pipeline.step(during.history, three), 2, `${what}, the poll after`);
    },
  };
}

const TASKS = [fargateTask(), cgroup2Task(), windowsTask()];

for (const task of TASKS) {
  test(`a changed value of one container does not affect others: ${task.name}`, () => {
    const { documents, check } = trial(task);
    assert.ok(pathsOf(documents.entry).length >= 25 && pathsOf(documents.metadata).length >= 15);
    check(documents, 'nothing');
    for (const path of pathsOf(documents.entry)) {
      for (const { name, apply } of MUTATIONS) {
        const entry = withValue(documents.entry, path, apply(valueAt(documents.entry, path)));
        check({ ...documents, entry }, `${path.join('.')} ${name}`);
      }
    }
    for (const path of pathsOf(documents.metadata)) {
      for (const { name, apply } of MUTATIONS) {
        const metadata = withValue(documents.metadata, path, apply(valueAt(documents.metadata, path)));
        check({ ...documents, metadata }, `${path.join('.')} ${name}`);
      }
    }
  });
}

/** Two places in a document of which neither contains the other. */
function twoPaths(document: unknown): fc.Arbitrary<readonly [Path, Path]> {
  const paths = pathsOf(document).filter((path) => path.length > 0);
  return fc.tuple(fc.constantFrom(...paths), fc.constantFrom(...paths));
}

for (const task of TASKS) {
  test(`two changed or swapped values of one container do not affect others: ${task.name}`, () => {
    const { documents, hasTakenName, check } = trial(task);
    const mutation = fc.constantFrom(...MUTATIONS);
    const twice = fc.tuple(mutation, mutation);
    const changed = (document: unknown): fc.Arbitrary<unknown> =>
      fc.oneof(
        fc.tuple(twoPaths(document), twice).map(([[a, b], [first, second]]) => {
          const once = withValue(document, a, first.apply(valueAt(document, a)));
          return withValue(once, b, second.apply(valueAt(once, b)));
        }),
        twoPaths(document).map(([a, b]) => swapped(document, a, b)),
      );
    const victim = fc
      .oneof(
        changed(documents.entry).map((entry) => ({ ...documents, entry })),
        changed(documents.metadata).map((metadata) => ({ ...documents, metadata })),
        fc.record({ entry: changed(documents.entry), metadata: changed(documents.metadata) }),
      )
      .filter((one) => !hasTakenName(one));
    fc.assert(
      fc.property(victim, fc.option(victim, { nil: undefined }), (now, first) => check(now, 'two changes', first)),
      propertyRuns(250),
    );
  });
}
