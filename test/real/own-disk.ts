import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachLoopDevice } from './loop-device.ts';

export interface OwnDisk {
  /** Mount point. */
  readonly folder: string;
  /** @throws if it is in use. */
  remove(): void;
}

/** In sectors of 512 bytes: 128 KiB, the kernel's default. */
const READ_AHEAD_SECTORS = 256;

/**
 * Mounts a separate, sparse ext4 file system. overlay2 works on it whatever the machine's file system, and its read-ahead is
 * the default. Both affect how much memory the files of a program take.
 *
 * @throws without root or free loop devices.
 */
export function mountOwnDisk(sizeBytes: number): OwnDisk {
  const disk = attachLoopDevice(sizeBytes);
  try {
    // Otherwise the kernel caches every page twice: for the device and for the file behind it.
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
