import type { Option } from './option.ts';
import { parsedBy } from './schemas/numbers.ts';

/** Part of the option table. */
export const CGROUP_OPTIONS = {
  cgroupRoot: {
    group: 'Endpoint and sampling',
    flag: 'cgroup-root',
    placeholder: 'path',
    own: ['CGROUP_ROOT'],
    otel: [],
    schema: parsedBy((text) =>
      text.startsWith('/') ? { value: text } : { wrong: 'must be a path that begins with /' },
    ),
    defaultNote: 'none',
    description:
      'Where /sys/fs/cgroup of an EC2 instance is mounted, read-only is enough: adds the throttling and the OOM kills of the task, which the endpoint does not know. Fargate shows no such thing.',
    commands: ['run', 'once'],
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
