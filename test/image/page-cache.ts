import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';

/**
 * Makes the kernel forget what it holds in memory of the image's files, as on a host that has just started. Whoever
 * reads them next is charged for it: without this, that would have been the build, and a container's limit would seem
 * to leave room for all of Node.js. No container of the image may run meanwhile.
 */
export function forgetImageFiles(dataRoot: string): void {
  const files = ['nodejs/bin/*', 'usr/lib/**/*.so*', 'app/*.cjs'].flatMap((pattern) =>
    globSync(`overlay2/*/diff/${pattern}`, { cwd: dataRoot }),
  );
  if (!files.some((file) => file.endsWith('nodejs/bin/node'))) throw new Error(`no Node.js below ${dataRoot}`);
  for (const file of files) {
    // Node.js has no posix_fadvise; coreutils documents this way to it. Nothing is written: the count is 0.
    const of = `of=${dataRoot}/${file}`;
    execFileSync('dd', [of, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
  }
}
