import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '../../../../instrumentation/http/limited-server.ts';
import { STOP_DEADLINES } from '../../../../src/cli/run-exporter.ts';

// Tests of behaviour shorten the limits; these are the ones that the documentation promises.
test('the HTTP server limits are those of docs/scraping.md', () => {
  const { maxConnections, answerTimeoutMs, headersTimeoutMs, requestTimeoutMs, maxHeaderBytes } = DEFAULT_LIMITS;
  assert.deepEqual(
    { maxConnections, answerTimeoutMs, headersTimeoutMs, requestTimeoutMs, maxHeaderBytes },
    {
      maxConnections: 512,
      answerTimeoutMs: 30_000,
      headersTimeoutMs: 5_000,
      requestTimeoutMs: 10_000,
      maxHeaderBytes: 8 * 1024,
    },
  );
});

test('a connection outlives the usual interval between two scrapes, and the end comes within 12 s', () => {
  assert.ok(DEFAULT_LIMITS.keepAliveTimeoutMs > 60_000);
  assert.ok(STOP_DEADLINES.signal < 12_000 && STOP_DEADLINES.signal > 11_000);
});
