import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** What a test leaves behind is taken away at its end, the newest first: who sends goes before who receives. */
export interface CleanUp {
  later(work: () => unknown): void;
  /** A file with this text, in a folder that goes with it. */
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
