import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseNotes } from '../../../scripts/release-notes.ts';

const CHANGELOG = `# Changelog

## 3.1.0 (2026-12-01)

- [FEATURE] One.

### Details

More.

## 3.1.0-rc.1 (2026-11-30)

- [FEATURE] Candidate.

## 3.0.0 (unreleased)

- [CHANGE] Two.

## 2.9.0 (2026-01-01)
`;

test('the notes are the section of the version', () => {
  assert.equal(releaseNotes('v3.1.0', '3.1.0', CHANGELOG), '- [FEATURE] One.\n\n### Details\n\nMore.');
  assert.equal(releaseNotes('v3.1.0-rc.1', '3.1.0-rc.1', CHANGELOG), '- [FEATURE] Candidate.');
});

for (const [tag, version, message] of [
  ['v3.1.1', '3.1.0', 'the tag is v3.1.1, but the version of the program is 3.1.0'],
  ['3.1.0', '3.1.0', 'the tag is 3.1.0, but the version of the program is 3.1.0'],
  ['', '3.1.0', 'the tag is missing, but the version of the program is 3.1.0'],
  ['v3.2.0', '3.2.0', 'CHANGELOG.md has no section "## 3.2.0"'],
  ['v3.1', '3.1', 'CHANGELOG.md has no section "## 3.1"'],
  ['v3x1.0', '3x1.0', 'CHANGELOG.md has no section "## 3x1.0"'],
  [
    'v3.0.0',
    '3.0.0',
    'CHANGELOG.md: the heading is "## 3.0.0 (unreleased)"; set the date, for example "## 3.0.0 (2026-12-01)"',
  ],
  ['v2.9.0', '2.9.0', 'CHANGELOG.md: the section "## 2.9.0" is empty'],
] as const) {
  test(`no release of ${tag || 'no tag'} at version ${version}: ${message}`, () =>
    assert.throws(() => releaseNotes(tag, version, CHANGELOG), { message }));
}
