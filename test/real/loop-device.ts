import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LoopDevice {
  readonly path: string;
  detach(): void;
}

/** Attaches a loop device backed by a file, without other I/O. @throws without root or free loop devices. */
export function attachLoopDevice(sizeBytes: number): LoopDevice {
  const folder = mkdtempSync(join(tmpdir(), 'loop-'));
  const file = join(folder, 'disk');
  const descriptor = openSync(file, 'w');
  ftruncateSync(descriptor, sizeBytes);
  closeSync(descriptor);
  const path = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  if (!statSync(path).isBlockDevice()) throw new Error(`${path} is no block device`);
  return {
    path,
    detach() {
      execFileSync('losetup', ['--detach', path]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
