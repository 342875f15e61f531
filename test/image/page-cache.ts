import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';

/**
 * Drops the page cache of the image's files, as on a host that has just started. The next reader is charged for it; without
 * this, the build is, and a container would not be charged for Node.js. No container of the image may be running.
 */
export function forgetImageFiles(dataRoot: string): void {
  const files = ['nodejs/bin/*', 'usr/lib/**/*.so*', 'app/*.cjs'].flatMap((pattern) =>
    globSync(`overlay2/*/diff/${pattern}`, { cwd: dataRoot }),
  );
  if (!files.some((file) => file.endsWith('nodejs/bin/node'))) throw new Error(`no Node.js below ${dataRoot}`);
  for (const file of files) {
    // Node.js has no posix_fadvise, but dd from coreutils uses it. With count=0, nothing is written.
    const of = `of=${dataRoot}/${file}`;
    execFileSync('dd', [of, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
  }
}
