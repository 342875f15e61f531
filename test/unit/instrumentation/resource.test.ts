import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createResourceBuilder, type ServiceOptions } from '../../../instrumentation/resource.ts';

const SERVICE: ServiceOptions = {
  serviceName: 'exporter',
  isServiceNameGiven: false,
  serviceVersion: '3.0.0',
  resourceAttributes: {},
};

const IDENTITY = Object.freeze({ 'service.instance.id': 'task', 'cloud.region': 'eu-west-1' });

function attributesOf(options: Partial<ServiceOptions>, identity: Readonly<Record<string, string>> = IDENTITY) {
  return createResourceBuilder({ ...SERVICE, ...options })(identity).attributes;
}

test('the resource has the attributes of the service, the SDK and the identity', () => {
  const attributes = attributesOf({});
  assert.equal(attributes['service.name'], 'exporter');
  assert.equal(attributes['service.version'], '3.0.0');
  assert.equal(attributes['service.instance.id'], 'task');
  assert.equal(attributes['cloud.region'], 'eu-west-1');
  assert.equal(attributes['telemetry.sdk.language'], 'nodejs');
});

const PRECEDENCE: readonly (readonly [
  what: string,
  options: Partial<ServiceOptions>,
  name: string,
  expected: string,
])[] = [
  [
    'configured attributes override detected ones',
    { resourceAttributes: { 'cloud.region': 'x' } },
    'cloud.region',
    'x',
  ],
  [
    'configured attributes override the default name',
    { resourceAttributes: { 'service.name': 'mine' } },
    'service.name',
    'mine',
  ],
  [
    'a configured name overrides configured attributes',
    { resourceAttributes: { 'service.name': 'mine' }, isServiceNameGiven: true },
    'service.name',
    'exporter',
  ],
  [
    'configured attributes override the instance id',
    { resourceAttributes: { 'service.instance.id': 'i-1' } },
    'service.instance.id',
    'i-1',
  ],
];

for (const [what, options, name, expected] of PRECEDENCE) {
  test(`resource: ${what}`, () => assert.equal(attributesOf(options)[name], expected));
}

test('without an identity the instance id is random and constant', () => {
  const build = createResourceBuilder(SERVICE);
  const one = build({}).attributes['service.instance.id'];
  const two = build({ a: 'b' }).attributes['service.instance.id'];
  const other = createResourceBuilder(SERVICE)({}).attributes['service.instance.id'];
  assert.match(String(one), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(one, two);
  assert.notEqual(one, other);
});

test('the same identity object has the same resource object', () => {
  const build = createResourceBuilder(SERVICE);
  assert.equal(build(IDENTITY), build(IDENTITY));
  assert.notEqual(build(IDENTITY), build({ ...IDENTITY }));
});
