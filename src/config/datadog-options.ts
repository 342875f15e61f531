import * as v from 'valibot';
import type { Option } from './option.ts';
import { hostName } from './schemas/addresses.ts';
import { wholeNumber } from './schemas/numbers.ts';

/**
 * The variables that version 2's DogStatsD client read (datadog 0.39.0), each as that client read it. They may be meant for
 * other programs of the task, so they are read only where statsd is among the exporters.
 */
export const DATADOG_OPTIONS = {
  datadogHost: {
    group: 'DogStatsD',
    own: ['DD_AGENT_HOST'],
    otel: [],
    schema: hostName,
    defaultNote: 'none',
    description: 'The agent, where --statsd-host is localhost and no socket is set.',
  },
  datadogPort: {
    group: 'DogStatsD',
    own: ['DD_DOGSTATSD_PORT'],
    otel: [],
    schema: wholeNumber(1, 65_535),
    defaultNote: 'none',
    description: "The agent's UDP port, where --statsd-port is 8125 and no socket is set.",
  },
  datadogTags: {
    group: 'DogStatsD',
    own: ['DATADOG_TAGS'],
    otel: [],
    schema: v.pipe(
      v.string(),
      v.transform((text) => text.split(',').filter((tag) => tag !== '')),
    ),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'More tags of every line, comma-separated. Spaces count, and become _.',
  },
  datadogEntityId: {
    group: 'DogStatsD',
    own: ['DD_ENTITY_ID'],
    otel: [],
    schema: v.string(),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'Tag dd.internal.entity_id of every line.',
  },
  datadogEnv: {
    group: 'DogStatsD',
    own: ['DD_ENV'],
    otel: [],
    schema: v.string(),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'Tag env of every line.',
  },
  datadogService: {
    group: 'DogStatsD',
    own: ['DD_SERVICE'],
    otel: [],
    schema: v.string(),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'Tag service of every line.',
  },
  datadogVersion: {
    group: 'DogStatsD',
    own: ['DD_VERSION'],
    otel: [],
    schema: v.string(),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'Tag version of every line.',
  },
  isDatadogDisabled: {
    group: 'DogStatsD',
    own: ['DD_DOGSTATSD_DISABLE'],
    otel: [],
    schema: v.pipe(
      v.string(),
      v.transform((text) => ['True', 'true', 'yes', '1'].includes(text)),
    ),
    isVerbatim: true,
    default: 'false',
    description: 'True, true, yes or 1 turns this exporter off, whatever else is set.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
