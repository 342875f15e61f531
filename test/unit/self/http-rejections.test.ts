import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransitions } from '../../../src/log/transitions.ts';
import { createHttpRejections } from '../../../src/self/http-rejections.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';

function setUp() {
  const logger = recordingLogger();
  const rejections = createHttpRejections(['connections', 'pipelined'], createTransitions({ logger, nowMs: () => 0 }));
  return { rejections, events: () => logger.events.map(({ event }) => event) };
}

test('rejections are counted by reason, from zero', () => {
  const { rejections } = setUp();
  assert.deepEqual(
    [...rejections.counts],
    [
      ['connections', 0],
      ['pipelined', 0],
    ],
  );
  for (const reason of ['pipelined', 'connections', 'pipelined']) rejections.reject(reason);
  assert.deepEqual(
    [...rejections.counts],
    [
      ['connections', 1],
      ['pipelined', 2],
    ],
  );
});

test('an outbreak is logged once, and its end after an interval without a rejection', () => {
  const { rejections, events } = setUp();
  rejections.polled();
  assert.deepEqual(events(), []);
  for (let poll = 0; poll < 3; poll += 1) {
    rejections.reject('connections');
    rejections.reject('pipelined');
    rejections.polled();
  }
  assert.deepEqual(events(), ['http_clients_failing']);
  rejections.polled();
  rejections.polled();
  assert.deepEqual(events(), ['http_clients_failing', 'http_clients_recovered']);
});
