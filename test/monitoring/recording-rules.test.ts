/** The values of the recording rules for two tasks of one service and one task of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VOCABULARIES, type VocabularyName } from '../../src/metrics/vocabulary.ts';
import { cleanUpAfter } from '../examples/clean-up.ts';
import { pathOf } from '../examples/example-files.ts';
import { promtool } from './promtool.ts';

const CLUSTER = 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop';
const SERVICES = { a: 'web', b: 'web', c: 'cart' } as const;
type Instance = keyof typeof SERVICES;

/** Names of docs/metrics.md, and the labels of the task's series. */
const NAMES: Readonly<
  Record<VocabularyName, Readonly<Record<'cpu' | 'limit' | 'memory' | 'ratio' | 'status', string>>>
> = {
  ecs: {
    cpu: 'ecs_task_cpu_usage_seconds',
    limit: 'ecs_task_cpu_limit_cores',
    memory: 'ecs_task_mem_working_set_bytes',
    ratio: 'ecs_task_mem_usage_ratio',
    status: 'ecs_task_exporter_status',
  },
  semconv: {
    cpu: 'aws_ecs_task_cpu_time_seconds',
    limit: 'aws_ecs_task_cpu_limit',
    memory: 'aws_ecs_task_memory_working_set_bytes',
    ratio: 'aws_ecs_task_memory_limit_utilization_ratio',
    status: 'aws_ecs_exporter_status',
  },
};

for (const vocabulary of VOCABULARIES) {
  const { cpu, limit, memory, ratio, status } = NAMES[vocabulary];
  const task = vocabulary === 'ecs' ? { container_name: '_task_' } : {};

  /** The input of a task: CPU seconds per minute, limit in cores, bytes, fraction of the memory limit. */
  const inputs = (instance: Instance, cpuPerMinute: number, cores: number, bytes: number, fraction: number) => {
    const target = { job: 'j', instance };
    const identity = { aws_ecs_cluster_arn: CLUSTER, aws_ecs_service_name: SERVICES[instance] };
    return [
      [selector('target_info', { ...target, ...identity, service_version: '3' }), '1x20'],
      // The resource has changed within the last five minutes, as for pushed metrics.
      [selector('target_info', { ...target, ...identity, service_version: '2' }), '1x8'],
      [selector(`${cpu}_total`, { ...target, ...task }), `0+${cpuPerMinute}x20`],
      [selector(limit, { ...target, ...task }), `${cores}x20`],
      [selector(memory, { ...target, ...task }), `${bytes}x20`],
      [selector(ratio, { ...target, ...task }), `${fraction}x20`],
      [selector(status, target), '1x20'],
    ].map(([series, values]) => ({ series, values }));
  };

  test(`${vocabulary}: values of the recording rules`, (t) => {
    const web = { aws_ecs_cluster_arn: CLUSTER, aws_ecs_service_name: 'web' };
    const cart = { ...web, aws_ecs_service_name: 'cart' };
    const expected: Readonly<Record<string, readonly (readonly [labels: object, value: number])[]>> = {
      [`instance:${cpu}_per_limit:ratio_rate5m`]: [
        [{ job: 'j', instance: 'a', ...task }, 0.25],
        [{ job: 'j', instance: 'b', ...task }, 0.5],
        [{ job: 'j', instance: 'c', ...task }, 0.125],
      ],
      [`service:${cpu}:sum_rate5m`]: [
        [web, 1.5],
        [cart, 0.5],
      ],
      [`service:${cpu}_per_limit:max_ratio_rate5m`]: [
        [web, 0.5],
        [cart, 0.125],
      ],
      [`service:${memory}:sum`]: [
        [web, 300],
        [cart, 400],
      ],
      [`service:${ratio}:max`]: [
        [web, 0.7],
        [cart, 0.1],
      ],
      [`service:${status}:count`]: [
        [web, 2],
        [cart, 1],
      ],
    };
    const tests = {
      rule_files: [pathOf(`monitoring/rules/${vocabulary}.yml`)],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [
            ...inputs('a', 30, 2, 100, 0.7),
            ...inputs('b', 60, 2, 200, 0.3),
            ...inputs('c', 30, 4, 400, 0.1),
          ],
          promql_expr_test: Object.entries(expected).map(([name, samples]) => ({
            expr: name,
            eval_time: '10m',
            exp_samples: samples.map(([labels, value]) => ({ labels: selector(name, labels), value })),
          })),
        },
      ],
    };
    assert.equal(promtool('test', 'rules', cleanUpAfter(t).file(JSON.stringify(tests))), '');
  });
}

function selector(name: string, labels: object): string {
  return `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`;
}
