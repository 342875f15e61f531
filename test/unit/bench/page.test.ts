import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGoodPage, pageFaults, readPage } from '../../bench/page.ts';

const GOOD = `# HELP ecs_task_exporter_status Whether
# TYPE ecs_task_exporter_status gauge
ecs_task_exporter_status 1
ecs_task_exporter_polls_total 12
ecs_task_exporter_poll_failures_total{reason="timeout"} 0
ecs_task_exporter_poll_failures_total{reason="reset"} 0
ecs_task_cpu_usage_ratio{container_name="web} 1"} 0.25
ecs_task_mem_usage{container_name="web} 1"} 1.5e+8 1700000000000
`;

test('a page is parsed: series and own counters, without comments', () => {
  assert.deepEqual(readPage(GOOD), { series: 6, junk: 0, status: 1, polls: 12, pollFailures: 0, invalid: 0 });
});

test('a valid page has no problems, with as many samples as polls', () => {
  assert.deepEqual(pageFaults(readPage(GOOD), 12), []);
  assert.deepEqual(pageFaults(readPage(GOOD), 13), ['12 polls of 13 samples']);
});

const BAD: readonly (readonly [from: string, to: string, fault: string])[] = [
  ['exporter_status 1', 'exporter_status 0', 'exporter_status is 0'],
  ['} 0.25', '} NaN', '1 values are NaN'],
  ['} 0.25', '} +Inf', '1 values are NaN'],
  ['"reset"} 0', '"reset"} 3', '3 requests failed'],
  ['# TYPE', 'ecs_task_exporter_invalid_values_total{reason="unknown_id"} 2\n# TYPE', '2 values were invalid'],
];

for (const [from, to, fault] of BAD) {
  test(`a page with a fault: ${fault} (${to.slice(0, 30)})`, () => {
    assert.deepEqual(pageFaults(readPage(GOOD.replace(from, to)), 12), [fault]);
  });
}

test('the page of another program has series but none of our counters', () => {
  const page = readPage('ecs_memory_bytes{container="web"} 1\nup 1\n');
  assert.equal(page.series, 2);
  assert.equal(page.status, Number.NaN);
  assert.equal(page.polls, Number.NaN);
});

test('the first complete page is recognized, and has the CPU of a container', () => {
  const page = 'ecs_task_exporter_status 1\necs_task_cpu_usage_ratio{container_name="web-001"} 0.25\n';
  assert.equal(isGoodPage(page), true);
  assert.equal(isGoodPage(page.replace('status 1', 'status 0')), false);
  assert.equal(isGoodPage(page.replace('cpu_usage_ratio', 'mem_usage')), false);
});
