import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** Clean-up at the end of a test, in reverse order, so that senders stop before receivers. */
export interface CleanUp {
  later(work: () => unknown): void;
  /** Creates a file with this text in a temporary directory, which is removed at the end. */
  file(text: string): string;
}

/** node:test itself runs its `after` hooks oldest first. */
export function cleanUpAfter(t: TestContext): CleanUp {
  const todo: (() => unknown)[] = [];
  t.after(async () => {
    for (const work of todo.reverse()) await work();
  });
  const later = (work: () => unknown): void => void todo.push(work);
  return {
    later,
    file(text) {
      const folder = mkdtempSync(join(tmpdir(), 'examples-'));
      later(() => rmSync(folder, { recursive: true, force: true }));
      const file = join(folder, 'config.yaml');
      writeFileSync(file, text);
      return file;
    },
  };
}
