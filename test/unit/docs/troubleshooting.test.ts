import assert from 'node:assert/strict';
import { test } from 'node:test';
import { troubleshootingPage } from '../../../scripts/docs/troubleshooting.ts';

const page = troubleshootingPage();

test('every link within docs/troubleshooting.md leads to a heading', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  );
  const targets = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
  assert.ok(targets.length > 0);
  assert.deepEqual(
    targets.filter((target) => !headings.includes(target)),
    [],
  );
});

test('docs/troubleshooting.md has at most 200 lines', () => {
  assert.ok(page.split('\n').length <= 200);
});
