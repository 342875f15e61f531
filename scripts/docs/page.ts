import { readFile, writeFile } from 'node:fs/promises';

/** One generated page of the documentation. */
export interface Page {
  /** Below the root of the project. */
  readonly path: string;
  /** The whole text; the same at every call. */
  readonly render: () => string;
}

export async function writePages(pages: readonly Page[], root: URL): Promise<void> {
  for (const { path, render } of pages) await writeFile(new URL(path, root), render());
}

/** The paths of the pages whose file is missing or differs from what is generated now. */
export async function stalePages(pages: readonly Page[], root: URL): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { path, render } of pages) {
    if ((await currentText(new URL(path, root))) !== render()) stale.push(path);
  }
  return stale;
}

async function currentText(file: URL): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
