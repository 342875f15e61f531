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
export { taskIdentity } from './identity.ts';
export { CATALOGUE, type RowId } from './metrics/catalogue.ts';
export { metricSet } from './metrics/definitions.ts';
export type { MetricRow } from './metrics/row.ts';
export { DEFAULT_SELECTION, EVERYTHING, type Selection } from './metrics/selection.ts';
export type { VocabularyName } from './metrics/vocabulary.ts';
export { createFilter } from './sampler/filter.ts';
export { createPoller, type PollResult } from './sampler/poller.ts';
export { Sampler, type SamplerObserver, type SamplerOptions } from './sampler/sampler.ts';
export { createEndpoint, type Endpoint, type EndpointOptions } from './source/endpoint.ts';
export { ENDPOINT_ERROR_CODES, EndpointError, type EndpointErrorCode } from './source/endpoint-error.ts';
export { VERSION } from './version.ts';
