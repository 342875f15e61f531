import { type PublicRecording, TASK } from './public-recordings.ts';

const NGINX = { container_name: 'nginx' };
const PAUSE = { container_name: '~internal~ecs~pause' };

export const TELEGRAF: readonly PublicRecording[] = [
  {
    // v2 of EC2, awsvpc: only the pause container has `networks`, which are those of the task. percpu_usage has 15
    // entries for one CPU, members that are 0 are missing, throttling_data is {}.
    metadata: 'telegraf/ecs_v2_ec2_awsvpc_task_metadata.json',
    stats: 'telegraf/ecs_v2_ec2_awsvpc_task_stats.json',
    sharesNetwork: true,
    values: [
      ['ecs_task_cpu_limit', TASK, 512],
      ['ecs_task_cpu_limit_cores', NGINX, 0.5],
      ['ecs_task_cpu_usage_seconds_total', NGINX, 0.065_599_511],
      ['ecs_task_cpu_usage_seconds_total', TASK, 0.065_599_511],
      ['ecs_task_cpu_usage_ratio', NGINX, (65_599_511 - 65_599_511) / (2_336_100_000_000 - 2_335_090_000_000)],
      ['ecs_task_percpu_usage_ratio', { ...NGINX, cpu: '0' }, 0],
      ['ecs_task_mem_working_set_bytes', NGINX, 8_179_712 - 4_321_280],
      // Limits.Memory is 0 (none), memory_stats.limit the host's 1033658368, hierarchical_memory_limit the task's.
      ['ecs_task_mem_effective_limit_bytes', NGINX, 536_870_912],
      ['ecs_task_disk_read_bytes_total', NGINX, 4 * 5_730_304],
      ['ecs_task_disk_written_bytes_total', NGINX, 0],
      ['ecs_task_disk_read_iops_total', NGINX, 3 * 156 + 147],
      ['ecs_task_network_rx_bytes_total', TASK, 5338 + 4641],
      ['ecs_task_network_tx_bytes_total', TASK, 648 + 690],
      ['aws_ecs_task_network_packets_total', { network_io_direction: 'receive' }, 36 + 26],
      ['aws_ecs_task_network_packets_total', { network_io_direction: 'transmit' }, 8 + 9],
      ['ecs_task_exporter_containers', {}, 1],
      ['target_info', { aws_ecs_task_id: 'a1234abc-a0a0-0a01-ab01-0abc012a0a0a', cloud_account_id: '012345678901' }, 1],
    ],
    absent: [
      [/./, PAUSE],
      [/network/, NGINX],
      [/percpu/, { cpu: '1' }],
      [/throttl/, {}],
    ],
  },
  {
    // cgroup v2: the recording is of the pause container only.
    metadata: 'telegraf/ecs_v3_ec2_cgroup2_task_metadata.json',
    stats: 'telegraf/ecs_v3_ec2_cgroup2_task_stats.json',
    sharesNetwork: true,
    values: [
      ['ecs_task_cpu_limit', TASK, 512],
      ['ecs_task_mem_limit', TASK, 1024],
      ['ecs_task_mem_effective_limit_bytes', TASK, 1024 * 1024 ** 2],
      ['ecs_task_network_rx_bytes_total', TASK, 14],
      ['ecs_task_network_tx_bytes_total', TASK, 21],
      ['ecs_task_exporter_containers', {}, 0],
      ['target_info', { aws_ecs_task_id: 'a22cfc58cdb04b27ada2caa3fd526463', aws_ecs_task_revision: '3' }, 1],
    ],
    absent: [
      [/./, PAUSE],
      [/^container_/, {}],
      [/mem_usage|cpu_usage_seconds/, TASK],
    ],
  },
];
