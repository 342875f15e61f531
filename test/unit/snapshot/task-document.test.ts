import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type InvalidReason } from '../../../src/snapshot/json-values.ts';
import { parseTask, unidentifiedContainers } from '../../../src/snapshot/task-document.ts';

const NORMAL = { DockerId: 'id', Name: 'app' };

test('a task and its containers', () => {
  const metadata = parseTask({ TaskARN: 'arn', Family: 'f', Containers: [NORMAL] }, createInvalidValues());
  assert.equal(metadata?.task.family, 'f');
  assert.deepEqual(
    metadata?.containers.map(({ id, name, networkNamespace, sharesNetworkNamespace }) => ({
      id,
      name,
      networkNamespace,
      sharesNetworkNamespace,
    })),
    [{ id: 'id', name: 'app', networkNamespace: 'id', sharesNetworkNamespace: false }],
  );
  assert.deepEqual(metadata?.internalContainers, []);
  assert.deepEqual([...(metadata?.networkSettings ?? [])], [['id', { addresses: '' }]]);
});

test('a container without Networks keeps its network settings', () => {
  const addressed = { ...NORMAL, Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['172.17.0.2'] }] };
  const earlier = parseTask({ Containers: [addressed] }, createInvalidValues());
  const later = parseTask({ Containers: [NORMAL] }, createInvalidValues(), { earlier });
  assert.deepEqual(later?.networkSettings.get('id'), { mode: 'bridge', addresses: '172.17.0.2' });
});

test('selected labels', () => {
  const document = { Containers: [{ ...NORMAL, Labels: { a: '1', b: '2' } }] };
  const labels = parseTask(document, createInvalidValues(), { isLabelWanted: (key) => key === 'a' })?.containers[0]
    ?.labels;
  assert.deepEqual(labels && [...labels], [['a', '1']]);
  assert.equal(parseTask(document, createInvalidValues())?.containers[0]?.labels, undefined);
});

const NO_TASKS: readonly (readonly [what: string, document: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a list (the tasks of a managed daemon)', [{ TaskARN: 'a', Containers: [] }]],
  ['a string (an error of the agent)', 'V4 task metadata handler: unable to get task arn'],
  ['an empty object', {}],
  ['the document of a container', NORMAL],
  ['another service', { status: 'ok', Containers: 'none' }],
];

for (const [what, document] of NO_TASKS) {
  test(`not a task: ${what}`, () => assert.equal(parseTask(document, createInvalidValues()), undefined));
}

test('a task whose containers are not known yet is a task', () => {
  assert.deepEqual(parseTask({ TaskARN: 'arn' }, createInvalidValues())?.containers, []);
});

const LEFT_OUT: readonly (readonly [what: string, containers: readonly unknown[], names: string[], InvalidReason?])[] =
  [
    [
      'sorted by name and id',
      [
        { DockerId: 'b', Name: 'b' },
        { DockerId: 'z', Name: 'a' },
      ],
      ['a z', 'b b'],
    ],
    ['pulled but not created', [{ DockerId: '', Name: 'later' }, NORMAL], ['app id']],
    ['no id', [{ Name: 'a' }, NORMAL], ['app id'], 'no_id'],
    ['an id that is not a string', [{ DockerId: 5, Name: 'a' }], [], 'no_id'],
    ['no name', [{ DockerId: 'x' }, NORMAL], ['app id'], 'no_name'],
    ['no object', [null, 'x', NORMAL], ['app id'], 'wrong_type'],
    ['one id twice: the first', [NORMAL, { ...NORMAL, Name: 'other' }], ['app id'], 'duplicate_id'],
    ['another type', [{ ...NORMAL, Type: 'CNI_PAUSE' }], []],
    ['a type in lower case', [{ ...NORMAL, Type: 'normal' }], ['app id']],
    ['a type that is not given is the user’s', [{ ...NORMAL, Type: undefined }], ['app id']],
  ];

for (const [what, containers, names, refused] of LEFT_OUT) {
  test(`containers: ${what}`, () => {
    const invalidValues = createInvalidValues();
    const parsed = parseTask({ Containers: containers }, invalidValues)?.containers.map(
      ({ name, id }) => `${name} ${id}`,
    );
    assert.deepEqual(parsed, names);
    if (refused !== undefined) assert.equal(invalidValues.counts.get(refused), 1);
    else assert.equal(invalidValues.counts.size, 0);
  });
}

test('internal containers are separate', () => {
  const document = { Containers: [{ DockerId: 'p', Name: '~internal~ecs~pause', Type: 'CNI_PAUSE' }, NORMAL] };
  const metadata = parseTask(document, createInvalidValues());
  assert.deepEqual(
    metadata?.internalContainers.map(({ id }) => id),
    ['p'],
  );
  assert.deepEqual(
    metadata?.containers.map(({ id }) => id),
    ['id'],
  );
});

test('names are truncated to the limit of ECS, and the number of containers is bounded', () => {
  const invalidValues = createInvalidValues();
  const containers = Array.from({ length: 1003 }, (_, at) => ({ DockerId: `${at}`, Name: `${at}${'x'.repeat(300)}` }));
  const metadata = parseTask({ Containers: containers }, invalidValues);
  assert.equal(metadata?.containers.length, 1000);
  assert.ok(metadata?.containers.every(({ name }) => name.length === 255));
  assert.equal(metadata?.isTruncated, true);
  assert.deepEqual([...invalidValues.counts], [['too_many', 3]]);
});

const UNIDENTIFIED: readonly (readonly [what: string, containers: unknown, number: number])[] = [
  [
    'field names of Go',
    [
      { ID: 'a', Name: 'app' },
      { ID: 'b', Name: 'db' },
    ],
    2,
  ],
  ['an id that is not a string', [{ DockerId: 5, Name: 'app' }], 1],
  ['an id that is null', [{ DockerId: null, Name: 'app' }], 1],
  ['no names', [{ DockerId: 'a' }, { DockerId: 'b', Name: '' }], 2],
  ['not objects', [null, 'x'], 2],
  ['pulled and not created', [{ DockerId: '', Name: 'later' }], 0],
  ['pulled and not created, and one without an id', [{ DockerId: '' }, { Name: 'app' }], 0],
  ['one of two', [NORMAL, { Name: 'app' }], 0],
  ['none yet', [], 0],
  ['not a list', null, 0],
];

for (const [what, containers, number] of UNIDENTIFIED) {
  test(`containers that cannot be identified: ${what}`, () => {
    assert.equal(unidentifiedContainers({ TaskARN: 'arn', Containers: containers }), number);
  });
}

test('a document that is not an object has no containers', () => {
  for (const document of [undefined, null, [], 'text', 5]) assert.equal(unidentifiedContainers(document), 0);
});
