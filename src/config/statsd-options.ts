import { DATADOG_OPTIONS } from './datadog-options.ts';
import type { Option } from './option.ts';
import { hostName, socketPath } from './schemas/addresses.ts';
import { tagList, taskTagList } from './schemas/lists.ts';
import { wholeNumber } from './schemas/numbers.ts';
import { yesOrNo } from './schemas/words.ts';
import { TASK_TAG_NAMES } from './statsd-tags.ts';

/** The part of the option table about DogStatsD: the first three are those of version 2. */
export const STATSD_OPTIONS = {
  isStatsdWanted: {
    group: 'DogStatsD',
    flag: 'use-statsd',
    own: ['USE_STATSD'],
    otel: [],
    schema: yesOrNo,
    default: 'false',
    description:
      'Pushes every sample to a DogStatsD agent: instead of serving Prometheus, or beside the exporters that --exporters names.',
  },
  statsdHost: {
    group: 'DogStatsD',
    flag: 'statsd-host',
    placeholder: 'host',
    own: ['STATSD_HOST'],
    otel: [],
    schema: hostName,
    default: 'localhost',
    description: 'The agent, over UDP.',
  },
  statsdPort: {
    group: 'DogStatsD',
    flag: 'statsd-port',
    placeholder: 'port',
    own: ['STATSD_PORT'],
    otel: [],
    schema: wholeNumber(1, 65_535),
    default: '8125',
    description: "The agent's UDP port.",
  },
  statsdSocket: {
    group: 'DogStatsD',
    flag: 'statsd-socket',
    placeholder: 'path',
    own: ['STATSD_SOCKET'],
    otel: [],
    schema: socketPath,
    defaultNote: 'UDP',
    description: "The agent's Unix datagram socket, instead of UDP: for example /var/run/datadog/dsd.socket.",
  },
  statsdTags: {
    group: 'DogStatsD',
    flag: 'statsd-tags',
    placeholder: 'tags',
    own: ['STATSD_TAGS'],
    otel: [],
    schema: tagList,
    default: '',
    defaultNote: 'none',
    description:
      "Tags of every line, comma-separated: team:core,env:prod. They follow the metric's own tags. Characters other than letters, digits, _, -, :, / and . become _.",
  },
  statsdTaskTags: {
    group: 'DogStatsD',
    flag: 'statsd-task-tags',
    placeholder: 'names',
    own: ['STATSD_TASK_TAGS'],
    otel: [],
    schema: taskTagList,
    default: '',
    defaultNote: 'none, as in version 2',
    description: `Tags that identify the task, to keep tasks that send to one agent apart: a comma-separated list of ${TASK_TAG_NAMES.join(', ')}.`,
  },
  ...DATADOG_OPTIONS,
} as const satisfies Readonly<Record<string, Option<unknown>>>;
