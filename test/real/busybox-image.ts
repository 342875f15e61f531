import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineApi } from './engine-api.ts';
import { textAt } from './json.ts';

/** Debian's busybox-static: one file is a whole root file system, so no image needs to be pulled. */
const busybox = '/bin/busybox';

/** Creates an image that contains only busybox. @throws if busybox is missing or not static. */
export async function importBusybox(api: EngineApi, image: string): Promise<void> {
  const rootfs = mkdtempSync(join(tmpdir(), 'rootfs-'));
  try {
    for (const folder of ['bin', 'tmp', 'proc', 'dev', 'sys', 'etc']) mkdirSync(join(rootfs, folder));
    copyFileSync(busybox, join(rootfs, 'bin/busybox'));
    // Runs it in the new root, so that a busybox that needs libraries fails here and not in each container.
    execFileSync('chroot', [rootfs, '/bin/busybox', 'true']);
    const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(rootfs, 'bin', applet));

    const [repository, tag] = image.split(':');
    const tar = spawn('tar', ['-c', '-C', rootfs, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const answer = await api.upload(`/images/create?fromSrc=-&repo=${repository}&tag=${tag}`, tar.stdout);
    textAt(answer, 'status');
  } finally {
    rmSync(rootfs, { recursive: true, force: true });
  }
}
