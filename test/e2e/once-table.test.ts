import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { scriptedEndpoint } from '../helpers/running.ts';

/** The output of `once` on a terminal, or in a pipe without `columns`. */
async function onceOn(t: TestContext, columns: number | undefined, ...flags: readonly string[]): Promise<string> {
  const { endpoint } = await scriptedEndpoint(t);
  const stream = () => {
    const chunks: string[] = [];
    const write = (chunk: unknown, _encoding: string, done: () => void) => {
      chunks.push(String(chunk));
      done();
    };
    return Object.assign(new Writable({ write }), { text: () => chunks.join('') });
  };
  const stdout = Object.assign(stream(), columns === undefined ? {} : { isTTY: true, columns });
  const stderr = stream();
  const host = Object.assign(new EventEmitter(), { exit: () => {} });
  const argv = ['once', '--metadata-url', endpoint.url, ...flags];
  assert.equal(await main({ argv, env: {}, stdout, stderr, host }), 0, stderr.text());
  return stdout.text();
}

test('once prints a table on a terminal', async (t) => {
  const table = await onceOn(t, 80);
  assert.match(table, /^Task shop:7, EC2, eu-west-1b/);
  assert.match(table, /^CONTAINER .*STATUS .*CPU .*MEMORY \/ LIMIT/m);
  assert.match(table, /^web +RUNNING +–.* 64 MiB \/ 256 MiB +25%/m);
  assert.match(table, /^task total +RUNNING.* 192 MiB \/ 512 MiB +38%/m);
});

test('once prints Prometheus text in a pipe, and on a terminal on request', async (t) => {
  assert.match(await onceOn(t, undefined), /^# HELP /);
  assert.match(await onceOn(t, 80, '--format', 'prometheus'), /^# HELP /);
});

test('once --format table prints the table in a pipe', async (t) => {
  assert.match(await onceOn(t, undefined, '--format', 'table'), /^Task shop:7/);
});
