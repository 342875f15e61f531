/** Use it as a library: the same readings, on a MeterProvider of your own. */
export { registerInstruments } from '../instrumentation/instruments.ts';
export type {
  InstrumentKind,
  MetricDefinition,
  MetricSet,
  Reading,
  ReadingSource,
  Readings,
  SeriesAttributes,
} from '../instrumentation/metric-definition.ts';
export { CATALOGUE, type RowId } from './metrics/catalogue.ts';
export { metricSet } from './metrics/definitions.ts';
export { taskIdentity } from './metrics/identity.ts';
export type { MetricRow } from './metrics/row.ts';
export { DEFAULT_SELECTION, EVERYTHING, type Selection } from './metrics/selection.ts';
export type { VocabularyName } from './metrics/vocabulary.ts';
export { createFilter } from './sampler/filter.ts';
export { Sampler, type SamplerObserver, type SamplerOptions } from './sampler/sampler.ts';
export { createEndpoint, type Endpoint, type EndpointOptions } from './sources/ecs-task/endpoint.ts';
export { ENDPOINT_ERROR_CODES, EndpointError, type EndpointErrorCode } from './sources/ecs-task/endpoint-error.ts';
export { createPoller, type PollResult } from './sources/ecs-task/poller.ts';
export { VERSION } from './version.ts';
