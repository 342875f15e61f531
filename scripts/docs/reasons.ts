import type { ExportFailureReason } from '../../instrumentation/metric-exporter.ts';
import type { REJECTED } from '../../src/self/export-counters.ts';
import type { InvalidReason } from '../../src/snapshot/json-values.ts';
import type { TagFailureReason } from '../../src/sources/ecs-task/tag-reader.ts';
import type { CgroupFailure } from '../../src/sources/task-source.ts';

/** `[meaning, action]`; the action is empty where nothing has to be done. */
type Explanation = readonly [meaning: string, action: string];

/** The types make these tables complete: a reason without a row, and a row without a reason, do not compile. */
export const ENDPOINT_REASONS: Readonly<Record<TagFailureReason, Explanation>> = {
  unreachable: [
    'No connection, or a failed DNS lookup.',
    'Run the exporter in an ECS task, without setting the address.',
  ],
  timeout: [
    'No complete response in time.',
    'Give the task more CPU, or raise `--endpoint-timeout`. Tags: the ECS API is slow; the request is repeated.',
  ],
  reset: ['The connection closed before the response was complete.', 'If it persists, check the log of the ECS agent.'],
  throttled: ['Status 429.', 'Raise `--interval`; check for other clients of the endpoint in the task.'],
  client_error: ['Another 4xx status.', 'Check that the address belongs to this container.'],
  server_error: [
    'A 5xx status. Expected briefly while containers start.',
    'If it persists, check the log of the ECS agent.',
  ],
  redirect: ['A redirect. The exporter does not follow redirects.', 'Check the address; the endpoint never redirects.'],
  too_large: ['A response over the limit: 4 MiB or 196,608 values.', 'Check the address.'],
  parse: ['A response that is not an ECS task document.', 'Check the address.'],
  refused: ['Tags only: ECS could not list the tags.', 'Allow `ecs:ListTagsForResource`.'],
};

export const EXPORT_REASONS: Readonly<Record<ExportFailureReason | typeof REJECTED, Explanation>> = {
  unreachable: [
    'No connection, or a failed DNS lookup.',
    'Check host, port, DNS, proxy, firewalls and security groups.',
  ],
  timeout: ['No response in time.', 'Check the load of the receiver and the firewalls in between.'],
  reset: [
    'The receiver closed the connection without a response.',
    'Check TLS (`https://`), and that the port is not for gRPC.',
  ],
  tls: ['The TLS handshake failed.', 'The message names the certificate or setting to check.'],
  throttled: [
    'Status 429, a wait for `Retry-After`, or a full queue of the DogStatsD agent.',
    'Raise the limit of the receiver, or the export interval.',
  ],
  client_error: ['Another 4xx status.', 'Check the headers (401, 403), the path (404) and the size limit (413).'],
  server_error: ['A 5xx status.', 'If it persists, check the log of the receiver.'],
  redirect: ['A redirect. The exporter does not follow redirects.', 'Set the final address.'],
  other: ['Anything else, such as a response that is not HTTP.', 'See the message.'],
  rejected: [
    'Data points only: the receiver accepted the export but rejected these points.',
    'See `otlp_partial_failing`.',
  ],
};

export const CGROUP_REASONS: Readonly<Record<CgroupFailure, Explanation>> = {
  not_found: [
    'The task has no cgroup below the root.',
    "Mount the instance's `/sys/fs/cgroup`. Not available on Fargate.",
  ],
  unreadable: ['Files could not be read.', 'Check the mount and its permissions.'],
  malformed: ['Files have unexpected content.', 'Check that the mount is a cgroup file system.'],
  timeout: ['The file system did not respond within 500 ms.', 'Check the load of the instance.'],
};

/** Invalid values are dropped; all others are exported. */
export const VALUE_REASONS: Readonly<Record<InvalidReason, string>> = {
  wrong_type: 'Not of the expected JSON type, or not a finite number.',
  negative: 'A number below 0.',
  out_of_range: 'A number too large to be a reading, such as an underflowed counter.',
  bad_time: 'A timestamp that is not RFC 3339.',
  no_id: 'A container without an ID. It is left out.',
  no_name: 'A container without a name. It is left out.',
  duplicate_id: 'Two containers with the same ID. The second is left out.',
  duplicate_name: 'Two containers, labels or network interfaces with the same name.',
  reserved_name: 'A container named `_task_`. It has no metrics with ecs names.',
  unknown_id: 'Stats for a container that the metadata does not list.',
  too_many: 'More containers, CPUs, devices, interfaces or labels than the limit.',
  internal: 'A metric that could not be computed. Report it.',
};
