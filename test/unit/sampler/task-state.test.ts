import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTaskState } from '../../../src/sampler/task-state.ts';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';
import { withoutStats } from '../../../src/snapshot/stats-document.ts';
import { parseTask } from '../../../src/snapshot/task-document.ts';

const arn = (id: string) => `arn:aws:ecs:eu-west-1:111122223333:task/c/${id}`;

function snapshotOf(document: object) {
  const metadata = parseTask({ Containers: [], ...document }, createInvalidValues());
  assert.ok(metadata !== undefined);
  return withoutStats(metadata, createInvalidValues());
}

test('a task keeps attributes that a document lacks; another task inherits none', () => {
  const state = createTaskState({ keepForMs: 1, staleAfterMs: 1, isSelected: () => true });
  const documents = [
    [{ TaskARN: arn('a'), Family: 'f' }, 'f', true],
    [{ TaskARN: arn('a') }, 'f', false],
    [{}, 'f', false],
    [{ TaskARN: arn('b') }, undefined, true],
  ] as const;
  for (const [document, family, isNew] of documents) {
    assert.equal(state.update(snapshotOf(document), 0).isNew, isNew);
    assert.equal(state.identity['aws.ecs.task.family'], family);
  }
  assert.equal(state.generation, 1);
});
