import { addressOf, type DockerEngine } from '../real/docker-engine.ts';
import type { LoopDevice } from '../real/loop-device.ts';

/** CPU quota of `busy`. */
export const QUOTA_CORES = 0.3;

/** Starts containers with one kind of load each, named after it. */
export async function startContainers(engine: DockerEngine, disk: LoopDevice): Promise<void> {
  await engine.run('busy', { script: 'while :; do :; done', host: { NanoCpus: QUOTA_CORES * 1e9 } });

  // 10 MiB of tmpfs, which counts as cache, and about 8 MiB on awk's heap; both are constant.
  const hold = 'BEGIN { s = "x"; while (length(s) < 8000000) s = s s; system("exec sleep 100000") }';
  await engine.run('holder', {
    script: `dd if=/dev/zero of=/dev/shm/held bs=1M count=10; exec awk '${hold}'`,
    host: { Memory: 64 * 2 ** 20 },
  });

  // With cgroup version 1, newer kernels count only the traffic of devices that have a throttle rule.
  const block = `dd if=/dev/zero of=${disk.path} bs=64k count=1 oflag=direct conv=notrunc`;
  await engine.run('writer', {
    script: `while :; do ${block}; sleep 0.2; done 2>/dev/null`,
    host: {
      Devices: [{ PathOnHost: disk.path, PathInContainer: disk.path, CgroupPermissions: 'rwm' }],
      BlkioDeviceWriteBps: [{ Path: disk.path, Rate: 100 * 2 ** 20 }],
    },
  });

  const web = await engine.run('web', {
    script: 'mkdir /www; dd if=/dev/zero of=/www/file bs=64k count=4; exec httpd -f -p 80 -h /www',
  });
  const address = await addressOf(engine, web);
  await engine.run('client', {
    script: `while :; do wget -q -O /dev/null http://${address}/file; sleep 0.2; done 2>/dev/null`,
  });

  // Much CPU time in its first run and little in the second one, so that the counters decrease.
  await engine.run('restarted', {
    script: 'if mkdir /burnt; then timeout 1 sh -c "while :; do :; done"; fi; exec sleep 100000',
  });
  await engine.run('leaver', { script: 'exec sleep 100000' });
}
