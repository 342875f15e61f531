import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';
import { countErrors, parseTaskTags } from '../../../src/snapshot/task-info.ts';

const TASK = { TaskARN: 'arn', Containers: [] };

function error(field: string, code?: string): object {
  return { ErrorField: field, ErrorCode: code, ErrorMessage: 'User: x is not authorized', StatusCode: 400 };
}

type Case = readonly [
  what: string,
  document: unknown,
  expected: {
    readonly tags?: readonly (readonly [string, string])[];
    readonly problem?: string;
    readonly errors?: number;
  },
];

const CASES: readonly Case[] = [
  ['tags', { ...TASK, TaskTags: { team: 'core' } }, { tags: [['team', 'core']] }],
  ['a task without tags: the agent omits the member', TASK, {}],
  ['tags of the container instance are ignored', { ...TASK, ContainerInstanceTags: { team: 'ops' } }, {}],
  [
    'no permission for the task',
    { ...TASK, Errors: [error('ContainerInstanceTags', 'AccessDeniedException'), error('TaskTags', 'AccessDenied')] },
    { problem: 'AccessDenied', errors: 2 },
  ],
  [
    'no permission for the container instance only',
    { ...TASK, TaskTags: { a: 'b' }, Errors: [error('ContainerInstanceTags', 'AccessDeniedException')] },
    { tags: [['a', 'b']], errors: 1 },
  ],
  [
    'the same, of a task without tags',
    { ...TASK, Errors: [error('ContainerInstanceTags', 'AccessDeniedException')] },
    { errors: 1 },
  ],
  ['an error without a code', { ...TASK, Errors: [error('TaskTags')] }, { problem: 'OTHER', errors: 1 }],
  ['an error without a field', { ...TASK, Errors: [{ ErrorCode: 'Odd' }] }, { problem: 'Odd', errors: 1 }],
];

for (const [what, document, { tags, problem, errors = 0 }] of CASES) {
  test(`response of /taskWithTags: ${what}`, () => {
    const parsed = parseTaskTags(document, () => true, createInvalidValues());
    assert.deepEqual(parsed?.tags && [...parsed.tags], tags);
    assert.equal(parsed?.problem, problem);
    assert.equal(parsed?.errors.length, errors);
  });
}

for (const document of [null, undefined, [], {}, 'unable to generate metadata', { ok: true }]) {
  test(`not a task: ${JSON.stringify(document)}`, () => {
    assert.equal(
      parseTaskTags(document, () => true, createInvalidValues()),
      undefined,
    );
  });
}

test('errors by code, with a bounded number of codes', () => {
  const codes = ['A', 'B', 'A', ...Array.from({ length: 30 }, (_, at) => `C${at}`), 'A'];
  const counts = countErrors(codes.map((code) => ({ code })));
  assert.equal(counts.get('A'), 3);
  assert.equal(counts.get('B'), 1);
  assert.equal(counts.size, 17);
  assert.equal(counts.get('OTHER'), 16);
});
