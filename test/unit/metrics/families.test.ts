import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTER_GROUPS } from '../../../src/history/view.ts';
import { catalogueRows } from '../../../src/metrics/catalogue.ts';
import { evaluate } from '../../../src/metrics/evaluate.ts';
import { containerView, startsOf, taskView, valuesOf } from './views.ts';

const MIB = 1024 ** 2;

test('memory: values of the containers, and sums that are complete', () => {
  const a = containerView('a', {
    info: { memoryMib: 1 },
    sample: { memory: { usageBytes: 100, cacheBytes: 40, workingSetBytes: 80 } },
  });
  const b = containerView('b', { sample: { memory: { usageBytes: 10, rssBytes: 5 } } });
  const c = containerView('c', {});
  assert.deepEqual(valuesOf('memory', taskView({ memoryMib: 2 }, [a, b, c])), {
    'mem_usage a': 100,
    'mem_usage b': 10,
    'mem_usage _task_': 110,
    'mem_cache a': 40,
    'mem_working_set_bytes a': 80,
    'mem_rss_bytes b': 5,
    'mem_effective_limit_bytes a': MIB,
    'mem_usage_ratio a': 80 / MIB,
    'mem_effective_limit_bytes b': 2 * MIB,
    'mem_effective_limit_bytes _task_': 2 * MIB,
  });
});

test('memory: available is the smaller remainder of the container and task limits', () => {
  const used = (name: string, mib: number, own?: number) =>
    containerView(name, {
      info: { knownStatus: 'RUNNING', memoryMib: own },
      sample: { memory: { workingSetBytes: mib * MIB } },
    });
  const actual = valuesOf('memory', taskView({ memoryMib: 100 }, [used('a', 30, 40), used('b', 60, 90), used('c', 1)]));
  assert.equal(actual['mem_available _task_'], 9 * MIB);
  assert.equal(actual['mem_available a'], 9 * MIB, 'its own limit leaves 10');
  assert.equal(actual['mem_available b'], 9 * MIB, 'its own limit leaves 30');
  assert.equal(actual['mem_available c'], 9 * MIB);
  const tight = valuesOf('memory', taskView({ memoryMib: 100 }, [used('a', 38, 40)]));
  assert.equal(tight['mem_available a'], 2 * MIB);
  const missing = containerView('d', { info: { knownStatus: 'RUNNING' } });
  const partial = valuesOf('memory', taskView({ memoryMib: 100 }, [used('a', 30, 40), missing]));
  assert.equal(partial['mem_available a'], undefined);
  assert.equal(partial['mem_available _task_'], undefined);
  const unlimited = valuesOf('memory', taskView({}, [used('a', 30, 40), missing]));
  assert.equal(unlimited['mem_available a'], 10 * MIB, 'without a task limit, its own limit applies');
});

test('memory: available is not negative, and absent without a limit like the ratio', () => {
  const over = containerView('a', { info: { memoryMib: 1 }, sample: { memory: { workingSetBytes: 3 * MIB } } });
  const actual = valuesOf('memory', taskView({}, [over]));
  assert.equal(actual['mem_available a'], 0);
  assert.equal(actual['mem_usage_ratio a'], 3);
  assert.equal(actual['mem_available _task_'], undefined);
  assert.equal(actual['mem_usage_ratio _task_'], undefined);
});

test('memory: counters and opt-in values exist for containers only', () => {
  const memory = {
    minorFaults: 90,
    majorFaults: 10,
    limitHits: 0,
    peakBytes: 5,
    swapBytes: 6,
    kernelBytes: 7,
    commitBytes: 8,
    commitPeakBytes: 9,
  };
  const view = taskView({}, [containerView('a', { sample: { memory } }), containerView('b', { sample: {} })]);
  assert.deepEqual(valuesOf('memory', view), {
    'mem_failures a': 0,
    'mem_peak_bytes a': 5,
    'mem_swap_bytes a': 6,
    'mem_kernel_bytes a': 7,
    'mem_commit_bytes a': 8,
    'mem_commit_peak_bytes a': 9,
    'mem_page_faults a {"faultType":"minor"}': 90,
    'mem_page_faults a {"faultType":"major"}': 10,
  });
});

test('memory: faults have the start time of their group', () => {
  const sample = { readNs: 100n, memory: { minorFaults: 1, limitHits: 1 } };
  const groups = new Map([[COUNTER_GROUPS.faults, { starts: { minorFaults: 50n } }]]);
  const starts = startsOf('memory', taskView({}, [{ ...containerView('a', { sample }), startTimeNs: 5n, groups }]));
  assert.deepEqual(starts, { 'mem_failures a': 5n, 'mem_page_faults a {"faultType":"minor"}': 50n });
});

test('pids: per container, and their sum if complete', () => {
  const a = containerView('a', { sample: { pids: { current: 3, limit: 10 } } });
  const b = containerView('b', { sample: { pids: { current: 4 } } });
  const c = containerView('c', { sample: {} });
  assert.equal(valuesOf('pids', taskView({}, [a, b, c]))['pids _task_'], undefined);
  assert.deepEqual(valuesOf('pids', taskView({}, [a, b, containerView('d', {})])), {
    'pids a': 3,
    'pids_limit a': 10,
    'pids b': 4,
    'pids _task_': 7,
  });
  assert.deepEqual(valuesOf('pids', taskView({}, [c])), {});
});

test('disk: totals, and values per device, or without a device if none is reported', () => {
  const byDevice = new Map([
    ['8:0', { readBytes: 1 }],
    ['259:1', { readBytes: 2, writtenBytes: 3 }],
  ]);
  const linux = containerView('a', { sample: { disk: { total: { readBytes: 3, writtenBytes: 3 }, byDevice } } });
  const windows = containerView('b', { sample: { disk: { total: { readBytes: 7, reads: 1 } } } });
  const view = taskView({}, [linux, windows, containerView('c', {})], { readBytes: 100, writes: 5 });
  assert.deepEqual(valuesOf('disk', view), {
    'disk_read_bytes a': 3,
    'disk_written_bytes a': 3,
    'device_read_bytes a {"device":"8:0"}': 1,
    'device_read_bytes a {"device":"259:1"}': 2,
    'device_written_bytes a {"device":"259:1"}': 3,
    'disk_read_bytes b': 7,
    'device_read_bytes b': 7,
    'disk_read_iops b': 1,
    'device_reads b': 1,
    'disk_read_bytes _task_': 100,
    'disk_written_iops _task_': 5,
  });
});

test('network: per interface; shared namespaces per container in ecs only', () => {
  const networks = new Map([
    ['eth0', { rx_bytes: 1, tx_errors: 0 }],
    ['eth1', { rx_bytes: 2 }],
  ]);
  const own = containerView('a', { sample: { networks } });
  const shared = containerView('b', { info: { sharesNetworkNamespace: true }, sample: { networks } });
  const view = taskView({}, [own, shared, containerView('c', { sample: {} })], { rx_bytes: 3 });
  assert.deepEqual(valuesOf('network', view), {
    'network_rx_bytes a {"iface":"eth0"}': 1,
    'network_tx_errors a {"iface":"eth0"}': 0,
    'network_rx_bytes a {"iface":"eth1"}': 2,
    'network_rx_bytes b {"iface":"eth0"} (ecs only)': 1,
    'network_tx_errors b {"iface":"eth0"} (ecs only)': 0,
    'network_rx_bytes b {"iface":"eth1"} (ecs only)': 2,
    'network_rx_bytes _task_': 3,
  });
});

test('network: no rates are computed, because counters can be older than `read`', () => {
  const rows = catalogueRows().filter(([, { family }]) => family === 'network');
  assert.equal(rows.length, 8);
  for (const [id, { kind, semconv }] of rows) assert.deepEqual([kind, semconv?.kind], ['counter', undefined], id);
});

test('network: counters of a shared namespace have no start time', () => {
  const networks = new Map([['eth0', { rx_bytes: 1 }]]);
  const own = { ...containerView('a', { sample: { networks } }), startTimeNs: 5n };
  const shared = {
    ...containerView('b', { info: { sharesNetworkNamespace: true }, sample: { networks } }),
    startTimeNs: 5n,
  };
  const starts = startsOf('network', taskView({}, [own, shared]));
  assert.deepEqual(starts, {
    'network_rx_bytes a {"iface":"eth0"}': 5n,
    'network_rx_bytes b {"iface":"eth0"} (ecs only)': null,
  });
});

test('lifecycle: exported for stopped containers too', () => {
  const up = containerView('a', {
    info: { knownStatus: 'RUNNING', image: 'i', imageId: 's', arn: 'r', dockerName: 'd' },
  });
  const down = containerView('b', { info: { knownStatus: 'STOPPED' } });
  const actual = valuesOf('lifecycle', taskView({}, [up, down, containerView('c', {})]));
  const identity = { containerId: 'id-a', image: 'i', imageId: 's', containerArn: 'r', dockerName: 'd' };
  assert.equal(actual[`container_info a ${JSON.stringify(identity)} (ecs only)`], 1);
  assert.equal(actual['container_info b {"containerId":"id-b"} (ecs only)'], 1);
  assert.equal(actual['container_running a'], 1);
  assert.equal(actual['container_running b'], 0);
  assert.equal(actual['container_running c'], undefined);
});

test('rows that are not exported are not computed', () => {
  const accessed: string[] = [];
  const nothing = new Proxy(
    {},
    {
      get(_, name) {
        accessed.push(String(name));
        return undefined;
      },
    },
  );
  const computed = () => assert.fail('computed');
  const out = {
    isExported: () => false,
    observeContainer: () => computed,
    observeTask: () => computed,
    observeExporter: () => computed,
    failed: assert.fail,
  };
  evaluate({ task: nothing, containers: [], totals: {} }, out);
  assert.deepEqual(accessed, []);
});
