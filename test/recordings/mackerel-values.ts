import { MIB, type PublicRecording, rounded, TASK } from './public-recordings.ts';

const AGENT = { container_name: 'mackerel-container-agent' };

/** LVM over NVMe: 259:0 and three devices of 253 count the same bytes. */
function disk(read: number, written: number, stackedWritten: number): PublicRecording['values'] {
  return [
    ['ecs_task_disk_read_bytes_total', AGENT, 4 * read],
    ['ecs_task_disk_written_bytes_total', AGENT, written + 3 * stackedWritten],
    ['ecs_task_disk_written_bytes_total', TASK, written + 3 * stackedWritten],
    ['container_disk_io_bytes_total', { ...AGENT, disk_io_direction: 'read', system_device_name: '259:0' }, read],
    [
      'container_disk_io_bytes_total',
      { ...AGENT, disk_io_direction: 'write', system_device_name: '253:1' },
      stackedWritten,
    ],
  ];
}

/** Limits of the task definition in each recording. */
const limits: PublicRecording['values'] = [
  ['ecs_task_cpu_limit', TASK, 256],
  ['ecs_task_mem_limit', TASK, 256],
  ['ecs_task_cpu_limit', AGENT, 0],
  ['ecs_task_cpu_limit_cores', AGENT, 0.25],
  ['ecs_task_mem_effective_limit_bytes', AGENT, 128 * MIB],
  ['ecs_task_exporter_containers', {}, 1],
  // A cluster name, and a task ARN in the old format.
  ['target_info', { aws_ecs_cluster_arn: 'arn:aws:ecs:ap-northeast-1:999999999999:cluster/test-clusrer' }, 1],
];

/** d(total_usage) = 3967195813 - 3967111669, on one of two CPUs, in 31.046794382 s - 30.032856250 s. */
const USED_NS = 84_144;
const bridge: PublicRecording['values'] = [
  ...limits,
  ...disk(54_902_784, 29_016_064, 23_384_064),
  ['ecs_task_cpu_cores', AGENT, USED_NS / 1_013_938_132],
  ['ecs_task_cpu_usage_ratio', AGENT, rounded(((USED_NS / (2_307_030_000_000 - 2_305_030_000_000)) * 2) / 0.25)],
  ['ecs_task_percpu_usage_ratio', { ...AGENT, cpu: '0' }, rounded(((USED_NS / 2_000_000_000) * 2) / 0.25)],
  ['ecs_task_percpu_usage_ratio', { ...AGENT, cpu: '1' }, 0],
  ['ecs_task_cpu_usage_seconds_total', AGENT, 3.967_195_813],
  ['ecs_task_mem_working_set_bytes', AGENT, 83_812_352 - 30_167_040],
  ['ecs_task_mem_usage_ratio', AGENT, rounded((83_812_352 - 30_167_040) / (128 * MIB))],
  ['ecs_task_mem_usage_ratio', TASK, rounded((83_812_352 - 30_167_040) / (256 * MIB))],
  ['ecs_task_disk_read_iops_total', AGENT, 3 * 1499 + 1432],
  ['ecs_task_disk_written_iops_total', AGENT, 579 + 2 * 549 + 532],
  ['ecs_task_network_rx_bytes_total', { ...AGENT, iface: 'eth0' }, 7_028_953],
  ['ecs_task_network_tx_packets_total', TASK, 802],
];

/** The same document under two names. The pause container is excluded, also from CPU time, memory and disk of the task. */
const awsvpc: Pick<PublicRecording, 'values' | 'absent' | 'sharesNetwork'> = {
  sharesNetwork: true,
  values: [
    ...limits,
    ...disk(55_185_408, 29_016_064, 23_384_064),
    ['ecs_task_cpu_usage_seconds_total', TASK, 3.940_101_032],
    ['ecs_task_cpu_usage_ratio', TASK, 0],
    ['ecs_task_mem_usage', TASK, 83_554_304],
    ['ecs_task_mem_working_set_bytes', AGENT, 83_554_304 - 31_113_216],
    ['target_info', { cloud_availability_zone: 'ap-northeast-1a' }, 1],
  ],
  absent: [
    [/network/, {}],
    [/./, { container_name: '~internal~ecs~pause' }],
  ],
};

export const MACKEREL: readonly PublicRecording[] = [
  { metadata: 'mackerel/metadata_ec2_awsvpc.json', stats: 'mackerel/stats_ec2_awsvpc.json', ...awsvpc },
  { metadata: 'mackerel/metadata_fargate.json', stats: 'mackerel/stats_fargate.json', ...awsvpc },
  {
    metadata: 'mackerel/metadata_ec2_bridge.json',
    stats: 'mackerel/stats_ec2_bridge.json',
    sharesNetwork: false,
    values: [...bridge, ['container_network_io_bytes_total', { ...AGENT, network_io_direction: 'transmit' }, 100_936]],
    absent: [],
  },
  {
    // ECS Anywhere: no availability zone. Only its metadata is published; the container is that of the bridge task.
    metadata: 'mackerel/metadata_ecs_anywhere.json',
    stats: 'mackerel/stats_ec2_bridge.json',
    sharesNetwork: true,
    values: [
      ...bridge,
      ['target_info', { aws_ecs_launchtype: 'external', aws_ecs_task_family: 'test-external' }, 1],
      ['aws_ecs_task_network_io_bytes_total', { network_io_direction: 'receive' }, 7_028_953],
    ],
    absent: [[/^container_network_/, {}]],
  },
  {
    // Host network: no `networks`, and an empty address. d(total_usage) = 804709974 - 804140304.
    metadata: 'mackerel/metadata_ec2_host.json',
    stats: 'mackerel/stats_ec2_host.json',
    sharesNetwork: false,
    values: [
      ...limits,
      ...disk(2_170_880, 0, 0),
      ['ecs_task_cpu_usage_ratio', AGENT, rounded(((569_670 / 2_010_000_000) * 2) / 0.25)],
      ['ecs_task_cpu_cores', AGENT, 569_670 / (57_820_081_697 - 56_809_270_128)],
      ['ecs_task_cpu_kernelmode', AGENT, 540_000_000 - 540_000_000],
      ['ecs_task_mem_rss_bytes', AGENT, 253_952],
      ['ecs_task_mem_usage_ratio', AGENT, rounded((3_244_032 - 159_744) / (128 * MIB))],
      ['container_memory_available_bytes', AGENT, 128 * MIB - (3_244_032 - 159_744)],
    ],
    absent: [[/network/, {}]],
  },
];
