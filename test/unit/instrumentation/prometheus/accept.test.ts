import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsOpenMetrics } from '../../../../instrumentation/prometheus/accept.ts';

const OPEN = 'application/openmetrics-text';

const ACCEPTED: readonly string[] = [
  OPEN,
  `${OPEN};version=1.0.0`,
  `${OPEN}; version="1.0.0"; charset=utf-8`,
  `APPLICATION/OpenMetrics-Text;Version=1.0.0`,
  `${OPEN};version=0.0.1;q=1,${OPEN};version=1.0.0;q=0.5`,
  `${OPEN};q=0.3,*/*;q=0.3`,
  `${OPEN};q=0.001`,
  `text/plain;version=1.0.0;q=0.9,${OPEN};version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4`,
  `text/plain;q=0,${OPEN};q=0.1`,
  // Prometheus 3 with OpenMetrics first.
  `${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPEN};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
  // Prometheus 3 with protobuf first.
  `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,${OPEN};version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
];

const REFUSED: readonly (string | undefined)[] = [
  undefined,
  '',
  '*/*',
  'application/*',
  'text/plain',
  `${OPEN};q=0`,
  `${OPEN};q=1.5`,
  `${OPEN};version=0.0.1`,
  `${OPEN};version=2.0.0`,
  `${OPEN};version=0.0.1,*/*;q=0.1`,
  `${OPEN};q=0.2,text/plain;version=0.0.4;q=0.5`,
  `${OPEN};q=0.2,text/plain;q=0.5`,
  `${OPEN};q=0.2,text/*`,
  `${OPEN};q=0.2,*/*`,
  `x-${OPEN}`,
  ';;,*/',
];

for (const header of ACCEPTED) test(`accepted: ${header}`, () => assert.equal(acceptsOpenMetrics(header), true));
for (const header of REFUSED) test(`not accepted: ${header}`, () => assert.equal(acceptsOpenMetrics(header), false));
