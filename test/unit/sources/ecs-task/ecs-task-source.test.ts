import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEcsTaskSource } from '../../../../src/sources/ecs-task/ecs-task-source.ts';
import type { Endpoint } from '../../../../src/sources/ecs-task/endpoint.ts';
import { EndpointError } from '../../../../src/sources/ecs-task/endpoint-error.ts';
import { createTagReader, type TagReader } from '../../../../src/sources/ecs-task/tag-reader.ts';

const TASK = { TaskARN: 'arn', Containers: [{ DockerId: 'a', Name: 'app' }] };
const STATS = { a: { read: '2026-01-01T00:00:10Z' } };

/** An endpoint with scripted responses, which records its requests. */
function scriptedEndpoint(): Endpoint & {
  task: () => unknown;
  stats: () => unknown;
  tags: () => unknown;
  readonly requests: string[];
} {
  const requests: string[] = [];
  const endpoint = {
    requests,
    task: (): unknown => TASK,
    stats: (): unknown => STATS,
    tags: (): unknown => ({ ...TASK, TaskTags: { team: 'core', other: 'x' } }),
    fetchTask: async (): Promise<unknown> => {
      requests.push('task');
      return endpoint.task();
    },
    fetchStats: async (): Promise<unknown> => {
      requests.push('stats');
      return endpoint.stats();
    },
    fetchTaskWithTags: async (): Promise<unknown> => {
      requests.push('tags');
      return endpoint.tags();
    },
    close: () => {},
  };
  return endpoint;
}

/** Polls a source; `snapshot` is that of its task. */
function pollerOf(...args: Parameters<typeof createEcsTaskSource>) {
  const source = createEcsTaskSource(...args);
  return async () => {
    const { tasks, ...result } = await source.poll();
    return { ...result, snapshot: tasks[0]?.snapshot };
  };
}

function failing(code: ConstructorParameters<typeof EndpointError>[0]): () => never {
  return () => {
    throw new EndpointError(code, code);
  };
}

test('each poll requests the stats before the task', async () => {
  const endpoint = scriptedEndpoint();
  const poll = pollerOf(endpoint);
  const { snapshot, failures, refused } = await poll();
  await poll();
  assert.deepEqual(endpoint.requests, ['stats', 'task', 'stats', 'task']);
  assert.equal(snapshot?.containers[0]?.sample?.readNs, 1_767_225_610_000_000_000n);
  assert.deepEqual(failures, []);
  assert.equal(refused.size, 0);
});

test('the key of the task is constant; without metadata the list is incomplete', async () => {
  const endpoint = scriptedEndpoint();
  let nowMs = 0;
  const source = createEcsTaskSource(endpoint, { maxMetadataAgeMs: 100, monotonicMs: () => nowMs });
  const keys: (string | undefined)[] = [];
  for (const arn of ['arn', 'another', undefined]) {
    endpoint.task = () => ({ ...TASK, TaskARN: arn });
    const { tasks, isComplete } = await source.poll();
    assert.ok(isComplete && tasks.length === 1);
    keys.push(tasks[0]?.key);
  }
  assert.deepEqual(keys, Array(3).fill(source.onlyTask));
  endpoint.task = failing('reset');
  nowMs = 101;
  const { tasks, isComplete } = await source.poll();
  assert.deepEqual([tasks, isComplete], [[], false]);
});

test('close closes the endpoint', ({ mock }) => {
  const endpoint = scriptedEndpoint();
  const close = mock.method(endpoint, 'close');
  createEcsTaskSource(endpoint).close();
  assert.equal(close.mock.callCount(), 1);
});

test('/task/stats fails: /task is requested anyway, and its containers have no sample', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.stats = failing('server_error');
  const { snapshot, failures } = await pollerOf(endpoint)();
  assert.deepEqual(endpoint.requests, ['stats', 'task']);
  assert.equal(snapshot?.hasStats, false);
  assert.deepEqual(
    snapshot.containers.map(({ info, sample }) => [info.name, sample]),
    [['app', undefined]],
  );
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['server_error'],
  );
});

test('an endpoint that throttles gets no request for /task while the metadata is recent', async () => {
  const endpoint = scriptedEndpoint();
  let nowMs = 0;
  const poll = pollerOf(endpoint, { maxMetadataAgeMs: 100, monotonicMs: () => nowMs });
  endpoint.stats = failing('throttled');
  for (const [atMs, requests] of [
    [0, ['stats', 'task']],
    [100, ['stats']],
    [101, ['stats', 'task']],
  ] as const) {
    nowMs = atMs;
    endpoint.requests.length = 0;
    const { snapshot, failures } = await poll();
    assert.deepEqual(endpoint.requests, requests);
    assert.equal(snapshot?.hasStats, false);
    assert.equal(failures.length, 1);
  }
});

test('connection refused: only one request', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.stats = failing('unreachable');
  const { snapshot, failures } = await pollerOf(endpoint)();
  assert.deepEqual(endpoint.requests, ['stats']);
  assert.equal(snapshot, undefined);
  assert.equal(failures.length, 1);
});

test('both documents fail: no snapshot, and both failures', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.stats = failing('timeout');
  endpoint.task = failing('reset');
  const { snapshot, failures } = await pollerOf(endpoint)();
  assert.equal(snapshot, undefined);
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['timeout', 'reset'],
  );
});

test('metadata stays valid for maxMetadataAgeMs while /task fails', async () => {
  const endpoint = scriptedEndpoint();
  let nowMs = 0;
  const poll = pollerOf(endpoint, { maxMetadataAgeMs: 100, monotonicMs: () => nowMs });
  await poll();
  endpoint.task = failing('throttled');
  nowMs = 100;
  assert.ok((await poll()).snapshot !== undefined);
  nowMs = 101;
  const { snapshot, failures } = await poll();
  assert.equal(snapshot, undefined);
  assert.deepEqual(
    failures.map(({ code }) => code),
    ['throttled'],
  );
  endpoint.task = () => TASK;
  assert.ok((await poll()).snapshot !== undefined);
});

test('/task fails: no snapshot without earlier metadata, otherwise the earlier metadata and a failure', async () => {
  const endpoint = scriptedEndpoint();
  const poll = pollerOf(endpoint);
  endpoint.task = failing('timeout');
  const first = await poll();
  assert.equal(first.snapshot, undefined);
  assert.equal(first.failures.length, 1);
  endpoint.task = () => TASK;
  await poll();
  endpoint.task = failing('server_error');
  const third = await poll();
  assert.equal(third.snapshot?.containers[0]?.info.name, 'app');
  assert.deepEqual(
    third.failures.map(({ code }) => code),
    ['server_error'],
  );
});

const NO_TASKS: readonly unknown[] = [null, [], {}, 'task metadata handler: unable to get task', 5, { a: 1 }];

for (const document of NO_TASKS) {
  test(`not a task document: ${JSON.stringify(document)}`, async () => {
    const endpoint = scriptedEndpoint();
    const poll = pollerOf(endpoint);
    endpoint.task = () => document;
    const first = await poll();
    assert.equal(first.snapshot, undefined);
    assert.deepEqual(
      first.failures.map(({ code }) => code),
      ['parse'],
    );
    endpoint.task = () => TASK;
    await poll();
    endpoint.task = () => document;
    const third = await poll();
    assert.equal(third.snapshot?.containers.length, 1);
    assert.equal(third.failures.length, 1);
  });
}

test('if all containers lack an ID, the poll fails with a message', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.task = () => ({
    TaskARN: 'arn',
    Containers: [
      { ID: 'a', Name: 'app' },
      { ID: 'b', Name: 'db' },
    ],
  });
  const { snapshot, failures, refused } = await pollerOf(endpoint)();
  assert.equal(snapshot, undefined);
  assert.equal(failures[0]?.code, 'parse');
  assert.match(failures[0]?.message ?? '', /none of the 2 containers in \/task has a DockerId/);
  assert.deepEqual(Object.fromEntries(refused), { no_id: 2 });
});

test('containers that are pulled but not created are omitted', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.task = () => ({ TaskARN: 'arn', Containers: [{ DockerId: '', Name: 'app' }] });
  endpoint.stats = () => ({});
  const { snapshot, failures } = await pollerOf(endpoint)();
  assert.deepEqual(snapshot?.containers, []);
  assert.deepEqual(failures, []);
});

test('a container without an ID does not affect the others', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.task = () => ({ ...TASK, Containers: [...TASK.Containers, { ID: 'b', Name: 'db' }] });
  const { snapshot, failures, refused } = await pollerOf(endpoint)();
  assert.deepEqual(
    snapshot?.containers.map(({ info }) => info.name),
    ['app'],
  );
  assert.deepEqual(failures, []);
  assert.deepEqual(Object.fromEntries(refused), { no_id: 1 });
});

for (const document of [null, {}]) {
  test(`stats without containers: ${JSON.stringify(document)}`, async () => {
    const endpoint = scriptedEndpoint();
    endpoint.stats = () => document;
    const { snapshot, failures } = await pollerOf(endpoint)();
    assert.deepEqual(failures, []);
    assert.deepEqual(
      snapshot?.containers.map(({ sample }) => sample),
      [undefined],
    );
  });
}

for (const document of [[], 'failed to get stats', 5]) {
  test(`not a stats document: ${JSON.stringify(document)}`, async () => {
    const endpoint = scriptedEndpoint();
    endpoint.stats = () => document;
    const { snapshot, failures } = await pollerOf(endpoint)();
    assert.equal(snapshot?.hasStats, false);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['parse'],
    );
    assert.match(failures[0]?.message ?? '', /\/task\/stats/);
  });
}

test('an unexpected exception is a failure of the poll', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.stats = () => {
    throw new TypeError('a defect');
  };
  const { failures } = await pollerOf(endpoint)();
  assert.equal(failures[0]?.code, 'parse');
  assert.ok(failures[0]?.cause instanceof TypeError);
});

test('invalid values are counted by reason, unknown containers included', async () => {
  const endpoint = scriptedEndpoint();
  endpoint.stats = () => ({ a: { read: 'junk' }, unknown: null });
  const { refused } = await pollerOf(endpoint)();
  assert.deepEqual(Object.fromEntries(refused), { bad_time: 1, unknown_id: 1 });
});

/** A poller with the tag `team` in its allow-list, and an endpoint that delays its response with tags. */
function withHeldTags(options: { readonly waitsForTags?: boolean } = {}) {
  const endpoint = scriptedEndpoint();
  const response = Promise.withResolvers<unknown>();
  const hasEnded = Promise.withResolvers<void>();
  endpoint.tags = () => response.promise;
  const reader = createTagReader(endpoint, { isWanted: (key) => key === 'team' });
  const tagReader: TagReader = {
    ...reader,
    requestIfDue: () => reader.requestIfDue().finally(hasEnded.resolve),
  };
  const release = (): Promise<void> => {
    response.resolve({ ...TASK, TaskTags: { team: 'core', other: 'x' } });
    return hasEnded.promise;
  };
  return { endpoint, poll: pollerOf(endpoint, { ...options, tagReader }), release };
}

test('polls do not wait for tags; the poll after their arrival has them', async () => {
  const { endpoint, poll, release } = withHeldTags();
  for (let polls = 0; polls < 3; polls += 1) {
    const { snapshot, tags, failures } = await poll();
    assert.equal(snapshot?.containers.length, 1);
    assert.equal(snapshot.task.tags, undefined);
    assert.equal(tags, undefined);
    assert.deepEqual(failures, []);
  }
  await release();
  for (const expected of [{}, undefined]) {
    const { snapshot, tags } = await poll();
    assert.deepEqual(tags, expected);
    assert.deepEqual([...(snapshot?.task.tags ?? [])], [['team', 'core']]);
  }
  assert.equal(endpoint.requests.filter((path) => path === 'tags').length, 1);
});

test('with waitsForTags, the first poll has the tags', async () => {
  const { poll, release } = withHeldTags({ waitsForTags: true });
  const polled = poll();
  await release();
  assert.deepEqual([...((await polled).snapshot?.task.tags ?? [])], [['team', 'core']]);
});

test('tags are requested once, after the task, and are in every later snapshot', async () => {
  const endpoint = scriptedEndpoint();
  const tagReader = createTagReader(endpoint, { isWanted: (key) => key === 'team' });
  const poll = pollerOf(endpoint, { tagReader, waitsForTags: true });
  for (const expected of [{}, undefined, undefined]) {
    const { snapshot, tags } = await poll();
    assert.deepEqual(tags, expected);
    assert.deepEqual([...(snapshot?.task.tags ?? [])], [['team', 'core']]);
  }
  assert.deepEqual(endpoint.requests, ['stats', 'task', 'tags', 'stats', 'task', 'stats', 'task']);
});

test('another TaskARN resets the tags, also after a document without one', async () => {
  const endpoint = scriptedEndpoint();
  const tagReader = createTagReader(endpoint, { isWanted: (key) => key === 'team' });
  const poll = pollerOf(endpoint, { tagReader, waitsForTags: true });
  const arn = (id: string) => `arn:aws:ecs:eu-west-1:111122223333:task/c/${id}`;
  endpoint.tags = () => ({ ...TASK, TaskTags: { team: 'core' } });
  const polls = [
    [arn('a'), [['team', 'core']]],
    [undefined, [['team', 'core']]],
    [arn('a'), [['team', 'core']]],
    [undefined, [['team', 'core']]],
    [arn('b'), []],
  ] as const;
  for (const [TaskARN, expected] of polls) {
    endpoint.task = () => ({ ...TASK, TaskARN });
    const { snapshot } = await poll();
    assert.deepEqual([...(snapshot?.task.tags ?? [])], expected);
  }
});

test('tags are not requested without a task; their failure does not affect the poll', async () => {
  const endpoint = scriptedEndpoint();
  const tagReader = createTagReader(endpoint, { isWanted: () => true });
  const poll = pollerOf(endpoint, { tagReader, waitsForTags: true });
  endpoint.task = failing('client_error');
  await poll();
  endpoint.task = () => ({ ...TASK, Errors: [{ ErrorCode: 'A' }] });
  endpoint.tags = () => ({ ...TASK, Errors: [{ ErrorCode: 'B' }] });
  const { snapshot, tags, failures } = await poll();
  assert.deepEqual(endpoint.requests, ['stats', 'task', 'stats', 'task', 'tags']);
  assert.equal(tags?.failure?.reason, 'refused');
  assert.deepEqual(failures, []);
  assert.equal(snapshot?.containers.length, 1);
  assert.deepEqual(
    snapshot.task.errors?.map(({ code }) => code),
    ['A', 'B'],
  );
});

test('only wanted labels of containers are kept', async () => {
  const endpoint = scriptedEndpoint();
  const container = { DockerId: 'a', Name: 'app', Labels: { team: 'core', other: 'x' } };
  endpoint.task = () => ({ ...TASK, Containers: [container] });
  const { snapshot } = await pollerOf(endpoint, { isLabelWanted: (key) => key === 'team' })();
  assert.deepEqual([...(snapshot?.containers[0]?.info.labels ?? [])], [['team', 'core']]);
});
