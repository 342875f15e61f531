import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachLoopDevice } from './loop-device.ts';

export interface OwnDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** @throws while something on it is still in use. */
  remove(): void;
}

/** In sectors of 512 bytes: 128 KiB, the kernel's default, which distributions and clouds keep for disks like these. */
const READ_AHEAD_SECTORS = 256;

/**
 * An ext4 of its own, which takes room as it fills: stacks (overlay2) work on it whatever the machine's own file system
 * is, and it reads ahead as a usual disk does, however the machine's disk is set. Both decide how much memory a
 * program's files take.
 *
 * @throws without root or free loop devices.
 */
export function mountOwnDisk(sizeBytes: number): OwnDisk {
  const disk = attachLoopDevice(sizeBytes);
  try {
    // Or the kernel would hold every page twice, as one of the disk and as one of the file behind it.
    execFileSync('losetup', ['--direct-io=on', disk.path]);
    execFileSync('mkfs.ext4', ['-q', disk.path]);
    execFileSync('blockdev', ['--setra', String(READ_AHEAD_SECTORS), disk.path]);
    const folder = mkdtempSync(join(tmpdir(), 'disk-'));
    execFileSync('mount', [disk.path, folder]);
    return {
      folder,
      remove() {
        execFileSync('umount', [folder]);
        rmdirSync(folder);
        disk.detach();
      },
    };
  } catch (error) {
    disk.detach();
    throw error;
  }
}
