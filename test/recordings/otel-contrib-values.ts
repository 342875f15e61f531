import { MIB, ONLY_METADATA, type PublicRecording, rounded, TASK } from './public-recordings.ts';

const FOLDER = 'otel-contrib/awsecscontainermetrics';
const FIRST = { container_name: 'nginx100' };
const SECOND = { container_name: 'nginx200' };
const THIRD = { container_name: 'nginx300' };
const ESSENTIAL = { container_name: 'essential' };
const STOPPED = { container_name: 'non' };

/** EC2, bridge: nginx300 has two interfaces. Neither the task nor nginx200 and nginx300 have CPU units. */
const nginx: PublicRecording['values'] = [
  ['ecs_task_cpu_limit', FIRST, 100],
  ['ecs_task_cpu_limit_cores', FIRST, 100 / 1024],
  ['ecs_task_cpu_limit', TASK, 0],
  ['ecs_task_mem_limit', THIRD, 128],
  // precpu_stats was read 1 s earlier with the same total_usage: d(total) = 0.
  ['ecs_task_cpu_usage_ratio', FIRST, (287_052_875 - 287_052_875) / (61_974_890_000_000 - 61_972_880_000_000)],
  ['ecs_task_cpu_cores', THIRD, (276_034_312 - 276_034_312) / 1_002_002_957],
  ['ecs_task_cpu_usage_seconds_total', FIRST, 0.287_052_875],
  ['ecs_task_mem_working_set_bytes', THIRD, 2_658_304 - 12_288],
  ['ecs_task_mem_usage_ratio', THIRD, rounded((2_658_304 - 12_288) / (128 * MIB))],
  ['ecs_task_mem_effective_limit_bytes', FIRST, 128 * MIB],
  ['ecs_task_network_rx_bytes_total', { ...THIRD, iface: 'eth0' }, 2156],
  ['ecs_task_network_rx_bytes_total', { ...THIRD, iface: 'eth1' }, 100],
  ['container_network_io_bytes_total', { ...FIRST, network_io_direction: 'receive' }, 2066],
  // Read = 3452928 and Write = 0 on 202:26368; Sync and Total count the same bytes again.
  ['ecs_task_disk_read_bytes_total', THIRD, 3_452_928],
  [
    'container_disk_io_bytes_total',
    { ...THIRD, system_device_name: '202:26368', disk_io_direction: 'read' },
    3_452_928,
  ],
  // An empty list of operations means no operations.
  ['ecs_task_disk_read_iops_total', THIRD, 0],
  ['target_info', { aws_ecs_cluster_arn: 'arn:aws:ecs:us-west-2:803860917211:cluster/test200' }, 1],
  ['target_info', { cloud_region: 'us-west-2', aws_ecs_task_id: 'd22aaa11bf0e4ab19c2c940a1cbabbee' }, 1],
];

export const OTEL_CONTRIB: readonly PublicRecording[] = [
  {
    metadata: `${FOLDER}_task_metadata.json`,
    stats: `${FOLDER}_task_stats_2020.json`,
    sharesNetwork: false,
    values: [
      ...nginx,
      ['ecs_task_network_rx_bytes_total', TASK, 2156 + 100 + 2066 + 2156],
      ['ecs_task_network_rx_packets_total', TASK, 28 + 100 + 27 + 28],
      ['ecs_task_mem_usage', TASK, 2_658_304 + 2_568_192],
      ['ecs_task_cpu_usage_seconds_total', TASK, (276_034_312 + 287_052_875 + 419_400_720) / 1e9],
      // The metadata lists it as stopped: its last stats count only in the task counters.
      ['ecs_task_container_running', SECOND, 0],
      ['ecs_task_exporter_containers', {}, 2],
    ],
    absent: [
      [/cpu_limit_cores$/, TASK],
      [ONLY_METADATA, SECOND],
      [/mem_effective_limit_bytes$/, TASK],
    ],
  },
  {
    metadata: `${FOLDER}_task_metadata.json`,
    stats: `${FOLDER}_task_stats.json`,
    sharesNetwork: false,
    // nginx200 is {}.
    values: [
      ...nginx,
      ['ecs_task_network_rx_bytes_total', TASK, 2156 + 100 + 2066],
      ['ecs_task_mem_usage', TASK, 2_658_304 + 2_568_192],
      ['ecs_task_container_running', SECOND, 0],
      ['ecs_task_exporter_containers', {}, 2],
    ],
    absent: [[ONLY_METADATA, SECOND]],
  },
  {
    // Fargate: the stopped container is {}, limits are 2^63 - 4096, Limits.CPU is 2, and eth1 is shared by the task.
    metadata: `${FOLDER}_task_metadata2_fargate_stopped_container.json`,
    stats: `${FOLDER}_task_stats2_fargate_stopped_empty_object.json`,
    sharesNetwork: true,
    values: [
      ['ecs_task_cpu_limit', TASK, 0.25 * 1024],
      ['ecs_task_cpu_limit', ESSENTIAL, 2],
      ['ecs_task_cpu_limit_cores', ESSENTIAL, 0.25],
      ['ecs_task_cpu_usage_ratio', TASK, (((201_366_568 - 201_366_568) / 19_810_000_000) * 2) / 0.25],
      ['ecs_task_cpu_usage_seconds_total', ESSENTIAL, 0.201_366_568],
      ['ecs_task_mem_working_set_bytes', ESSENTIAL, 974_848 - 0],
      // hierarchical_memory_limit, which is the task's 512 MiB.
      ['ecs_task_mem_effective_limit_bytes', ESSENTIAL, 536_870_912],
      ['ecs_task_mem_usage_ratio', ESSENTIAL, rounded(974_848 / (512 * MIB))],
      ['ecs_task_mem_rss_bytes', TASK, 274_432],
      ['ecs_task_network_rx_bytes_total', { ...ESSENTIAL, iface: 'eth1' }, 64_794_122],
      ['ecs_task_network_rx_bytes_total', TASK, 64_794_122],
      ['aws_ecs_task_network_io_bytes_total', { network_io_direction: 'transmit' }, 321_916],
      ['ecs_task_container_running', ESSENTIAL, 1],
      ['ecs_task_container_running', STOPPED, 0],
      ['ecs_task_exporter_containers', {}, 1],
      ['target_info', { aws_ecs_launchtype: 'fargate', cloud_availability_zone: 'us-west-2b' }, 1],
      ['target_info', { aws_ecs_cluster_arn: 'arn:aws:ecs:us-west-2:641248382826:cluster/default' }, 1],
    ],
    absent: [
      [ONLY_METADATA, STOPPED],
      [/^container_network_/, {}],
    ],
  },
];
