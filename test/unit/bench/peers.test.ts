import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIGURE_NAMES, type FigureName } from '../../bench/peers/measure-peer.ts';
import { namesContainers } from '../../bench/peers/peer.ts';
import { cellOf } from '../../bench/peers/peers.ts';

function cellsUpTo(name: FigureName): ReadonlyMap<FigureName, string> {
  return new Map(FIGURE_NAMES.slice(0, FIGURE_NAMES.indexOf(name)).map((each) => [each, '1']));
}

test('a failure is shown in the first empty cell', () => {
  const figures = { cells: cellsUpTo('latency'), trouble: 'ended: SIGSEGV' };
  const row = FIGURE_NAMES.map((name) => cellOf(figures, name));
  assert.deepEqual(row.slice(0, 4), ['1', '1', 'ended: SIGSEGV', '-']);
});

test('an exit after the last measurement is shown in the last cell', () => {
  const cells = new Map(FIGURE_NAMES.map((name) => [name, '1'] as const));
  assert.equal(cellOf({ cells, trouble: 'ended: exit 1' }, 'crowdRss'), '1, then ended: exit 1');
  assert.equal(cellOf({ cells, trouble: 'ended: exit 1' }, 'crowd'), '1');
  assert.equal(cellOf({ cells, trouble: undefined }, 'crowdRss'), '1');
});

test('a page of any program is complete once a series has the first container', () => {
  assert.equal(namesContainers('ecs_memory{container="web-001"} 1\n'), true);
  assert.equal(namesContainers('up 1\necs_memory{name="web-0001",x="y"} 1\n'), true);
  assert.equal(namesContainers('# HELP of web-001\nup 1\n'), false);
  assert.equal(namesContainers('ecs_memory{container="web-011"} 1\n'), false);
});
