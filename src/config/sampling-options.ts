import { baseUrl, isLocalHost } from './addresses.ts';
import type { Config, ExporterName } from './config.ts';
import { globList } from './lists.ts';
import { type OptionTable, problem, type Settings } from './option.ts';
import { hasExportInterval } from './otlp.ts';
import { absolutePath, secondsAsMs } from './value-parsers.ts';

/** A common Prometheus scrape interval. Most polls find a new sample. */
export const DEFAULT_INTERVAL_MS = 15_000;

/** Limits of the sampling interval. */
export const INTERVAL_LIMITS_MS = { min: 1_000, max: 3_600_000 } as const;

/** Options of the endpoint and of sampling. */
export const ENDPOINT_OPTIONS = {
  metadataUrl: {
    flag: 'metadata-url',
    placeholder: 'url',
    variables: ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI'],
    parse: baseUrl,
    defaultNote: 'required; ECS sets the variables in every container',
    description: 'Base URL of the ECS task metadata endpoint. The exporter appends /task and /task/stats.',
    commands: ['run', 'once', 'healthcheck'],
  },
  intervalMs: {
    flag: 'interval',
    placeholder: 'seconds',
    variables: ['INTERVAL'],
    // Version 2 accepted 0.
    parse: secondsAsMs(INTERVAL_LIMITS_MS.min / 1_000, INTERVAL_LIMITS_MS.max / 1_000, true),
    defaultNote: `${DEFAULT_INTERVAL_MS / 1_000}, or the export interval if it is shorter and metrics are only pushed`,
    description: 'Interval between samples. Scrapes and exports use the latest sample and never wait for a new one.',
  },
  endpointTimeoutMs: {
    flag: 'endpoint-timeout',
    placeholder: 'seconds',
    variables: ['ENDPOINT_TIMEOUT'],
    parse: secondsAsMs(0.001, 3_600),
    default: '5',
    description: 'Timeout of each request to the endpoint, including its retry. Limited to the sampling interval.',
  },
  include: {
    flag: 'include',
    placeholder: 'names',
    variables: ['INCLUDE'],
    parse: globList,
    default: '',
    defaultNote: 'all containers',
    description:
      'Containers to export: comma-separated names or patterns with *, ? and [...]. Task totals always include all containers.',
  },
  exclude: {
    flag: 'exclude',
    placeholder: 'names',
    variables: ['EXCLUDE'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description: 'Containers to omit, in the syntax of --include. Takes precedence over it.',
  },
  containerLabels: {
    flag: 'container-labels',
    placeholder: 'keys',
    variables: ['CONTAINER_LABELS'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description:
      'Docker labels to export as attributes of container_info (label_<key>, container.label.<key>): comma-separated keys or patterns.',
  },
  taskTags: {
    flag: 'task-tags',
    placeholder: 'keys',
    variables: ['TASK_TAGS'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description:
      'Tags of the task to export as resource attributes (aws.ecs.task.tag.<key>): comma-separated keys or patterns. Sends one request after the first sample and requires the permission ecs:ListTagsForResource.',
  },
  cgroupRoot: {
    flag: 'cgroup-root',
    placeholder: 'path',
    variables: ['CGROUP_ROOT'],
    parse: absolutePath,
    defaultNote: 'none',
    description:
      "Path at which /sys/fs/cgroup of the EC2 instance is mounted; read-only is sufficient. Adds the task's CPU throttling and OOM kills, which the endpoint does not report. Not available on Fargate.",
    commands: ['run', 'once'],
  },
} as const satisfies OptionTable;

/** The base URL of the endpoint. A missing URL is an error if it `isRequired`. */
export function resolveEndpoint(
  settings: Settings,
  isRequired: boolean,
): Pick<Config, 'metadataUrl' | 'metadataUrlSource'> | undefined {
  const problemsBefore = settings.problems.length;
  const given = settings.given(ENDPOINT_OPTIONS.metadataUrl);
  if (given === undefined && isRequired && settings.problems.length === problemsBefore) {
    const [v4, v3] = ENDPOINT_OPTIONS.metadataUrl.variables;
    const message =
      `neither ${v4} nor ${v3} is set; ` +
      'ECS sets them in every container; elsewhere, set --metadata-url or use the demo command';
    settings.report(problem('missing_option', '--metadata-url', message));
  }
  if (given !== undefined && !isLocalHost(given.value)) {
    const { name } = given.source;
    const message = `${name} is not a loopback or link-local address, but the endpoint of ECS is; check that the address is trusted`;
    settings.warn(problem('remote_endpoint', name, message));
  }
  return given && { metadataUrl: given.value, metadataUrlSource: given.source.name };
}

/** The sampling interval; by default at most the export interval if metrics are only pushed. */
export function resolveIntervalMs(
  settings: Settings,
  exporters: readonly ExporterName[],
  exportIntervalMs: number,
  defaultMs: number = DEFAULT_INTERVAL_MS,
): number {
  const isPushOnly = exporters.length > 0 && exporters.every(hasExportInterval);
  const given = settings.given(ENDPOINT_OPTIONS.intervalMs);
  if (given?.value === 0) {
    const message = `${given.source.name}=0 is below the minimum; using ${INTERVAL_LIMITS_MS.min / 1_000} s`;
    settings.warn(problem('interval_raised', given.source.name, message));
  }
  // Not more than the default, so that exports at long intervals contain a recent sample.
  const intervalMs = given?.value ?? (isPushOnly ? Math.min(exportIntervalMs, defaultMs) : defaultMs);
  return Math.max(intervalMs, INTERVAL_LIMITS_MS.min);
}
