import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues } from '../../../../src/snapshot/json-values.ts';
import { EndpointError, type EndpointErrorCode } from '../../../../src/sources/ecs-task/endpoint-error.ts';
import { createTagReader, type TagFailureReason } from '../../../../src/sources/ecs-task/tag-reader.ts';

const MINUTE_MS = 60_000;
const TAGGED = { TaskARN: 'arn', TaskTags: { team: 'core', secret: 'x' } };
const REFUSED = { TaskARN: 'arn', Errors: [{ ErrorField: 'TaskTags', ErrorCode: 'AccessDeniedException' }] };

/** A reader with a test clock, and an endpoint whose response is `answer`. */
function setUp(first: () => unknown) {
  const state = { nowMs: 0, answer: first, requests: 0 };
  const reader = createTagReader(
    {
      fetchTaskWithTags: async () => {
        state.requests += 1;
        return state.answer();
      },
    },
    { isWanted: (key) => key === 'team', monotonicMs: () => state.nowMs },
  );
  const read = async (): Promise<TagFailureReason | 'none' | undefined> => {
    await reader.requestIfDue();
    const attempt = reader.takeOutcome(createInvalidValues());
    return attempt === undefined ? undefined : (attempt.failure?.reason ?? 'none');
  };
  return { state, reader, read };
}

function failing(code: EndpointErrorCode): () => never {
  return () => {
    throw new EndpointError(code, code);
  };
}

test('one request, whose tags are kept', async () => {
  const { state, reader, read } = setUp(() => TAGGED);
  assert.equal(reader.known(), undefined);
  assert.equal(await read(), 'none');
  state.nowMs = 1e9;
  assert.equal(await read(), undefined);
  assert.equal(state.requests, 1);
  assert.deepEqual([...(reader.known()?.tags ?? [])], [['team', 'core']]);
});

test('a response without tags ends the requests', async () => {
  const { state, reader, read } = setUp(() => ({ TaskARN: 'arn' }));
  assert.equal(await read(), 'none');
  state.nowMs = 1e9;
  assert.equal(await read(), undefined);
  assert.deepEqual(reader.known(), { problem: undefined, errors: [] });
});

const FAILURES: readonly (readonly [what: string, answer: () => unknown, reason: TagFailureReason])[] = [
  ['throttled', failing('throttled'), 'throttled'],
  ['not there', failing('client_error'), 'client_error'],
  ['broken', failing('server_error'), 'server_error'],
  ['too slow', failing('timeout'), 'timeout'],
  ['no task', () => 'unable to generate metadata', 'parse'],
  ['no permission', () => REFUSED, 'refused'],
  [
    'a defect',
    () => {
      throw new TypeError('a defect');
    },
    'parse',
  ],
];

for (const [what, answer, reason] of FAILURES) {
  test(`${what}: seven requests, after one minute and twice as long each time`, async () => {
    const { state, read } = setUp(answer);
    const requestedAt: number[] = [];
    for (state.nowMs = 0; state.nowMs < 300 * MINUTE_MS; state.nowMs += MINUTE_MS / 4) {
      const outcome = await read();
      if (outcome === undefined) continue;
      assert.equal(outcome, reason);
      requestedAt.push(state.nowMs / MINUTE_MS);
    }
    assert.deepEqual(requestedAt, [0, 1, 3, 7, 15, 31, 63]);
  });
}

test('a request can succeed after failures', async () => {
  const { state, reader, read } = setUp(() => REFUSED);
  assert.equal(await read(), 'refused');
  assert.equal(reader.known()?.errors.length, 1);
  state.answer = failing('throttled');
  state.nowMs = MINUTE_MS;
  assert.equal(await read(), 'throttled');
  assert.equal(reader.known()?.errors.length, 1, 'the last response is kept');
  state.answer = () => TAGGED;
  state.nowMs = 3 * MINUTE_MS;
  assert.equal(await read(), 'none');
  assert.deepEqual(reader.known()?.errors, []);
  state.nowMs = 1e9;
  assert.equal(await read(), undefined);
});

test('a refused request: the message names the permission, and only the code of the response', async () => {
  const document = { ...REFUSED, Errors: [{ ErrorCode: 'AccessDeniedException', ErrorMessage: 'User: arn:aws:sts' }] };
  const { reader } = setUp(() => document);
  await reader.requestIfDue();
  const message = reader.takeOutcome(createInvalidValues())?.failure?.message ?? '';
  assert.match(message, /AccessDeniedException.*ecs:ListTagsForResource/);
  assert.doesNotMatch(message, /arn:aws/);
});

test('invalid tags are counted', async () => {
  const { reader } = setUp(() => ({ TaskARN: 'arn', TaskTags: { team: 5 } }));
  const invalidValues = createInvalidValues();
  await reader.requestIfDue();
  assert.deepEqual(reader.takeOutcome(invalidValues), {});
  assert.deepEqual([...invalidValues.counts], [['wrong_type', 1]]);
});

test('one request at a time; its outcome is returned once, after its end', async () => {
  const answer = Promise.withResolvers<unknown>();
  const { state, reader } = setUp(() => answer.promise);
  const first = reader.requestIfDue();
  const second = reader.requestIfDue();
  assert.equal(state.requests, 1);
  assert.equal(reader.takeOutcome(createInvalidValues()), undefined);
  answer.resolve(TAGGED);
  await Promise.all([first, second]);
  assert.equal(reader.known(), undefined);
  assert.deepEqual(reader.takeOutcome(createInvalidValues()), {});
  assert.deepEqual([...(reader.known()?.tags ?? [])], [['team', 'core']]);
  assert.equal(reader.takeOutcome(createInvalidValues()), undefined);
});

for (const code of ['timeout', 'reset'] as const) {
  test(`${code}: the message names the ECS API and the time of the next request`, async () => {
    const { state, reader } = setUp(failing(code));
    const messages: string[] = [];
    for (state.nowMs = 0; state.nowMs < 300 * MINUTE_MS; state.nowMs += MINUTE_MS) {
      await reader.requestIfDue();
      const failure = reader.takeOutcome(createInvalidValues())?.failure;
      if (failure !== undefined) messages.push(failure.message);
    }
    for (const message of messages)
      assert.match(message, new RegExp(`did not arrive \\(${code}\\): .*ECS API.*thrott`));
    assert.match(messages[0] ?? '', /; next request in 60 s$/);
    assert.match(messages[1] ?? '', /; next request in 120 s$/);
    assert.match(messages[6] ?? '', /; no further requests will be sent$/);
    assert.equal(messages.length, 7);
  });
}

test('after a reset: no tags until the next request, a minute after the last one; a late response is dropped', async () => {
  let respond: (document: unknown) => void = () => {};
  const { state, reader, read } = setUp(() => TAGGED);
  assert.equal(await read(), 'none');
  reader.reset();
  assert.equal(reader.known(), undefined);
  assert.equal(await read(), undefined);
  assert.equal(state.requests, 1);
  state.nowMs = MINUTE_MS;
  state.answer = () => new Promise((resolve) => (respond = resolve));
  const running = reader.requestIfDue();
  reader.reset();
  respond(TAGGED);
  await running;
  assert.equal(reader.takeOutcome(createInvalidValues()), undefined);
  assert.equal(reader.known(), undefined);
  state.nowMs = 2 * MINUTE_MS;
  state.answer = () => TAGGED;
  assert.equal(await read(), 'none');
  assert.deepEqual([...(reader.known()?.tags ?? [])], [['team', 'core']]);
});
