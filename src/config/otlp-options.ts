import type { Option } from './option.ts';
import { otlpAddressAsIs, otlpBase, otlpBaseOrAddress } from './schemas/addresses.ts';
import { secondsAsMs, wholeNumber } from './schemas/numbers.ts';
import { headerPairs } from './schemas/pairs.ts';
import {
  compression,
  histogramAggregation,
  nonEmptyText,
  otlpProtocol,
  temporality,
  trueOrFalse,
} from './schemas/words.ts';

/**
 * The part of the option table about pushing: names and meanings are those of
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
 */
export const OTLP_OPTIONS = {
  otlpUrl: {
    group: 'OTLP push',
    flag: 'otlp-endpoint',
    placeholder: 'url',
    own: [],
    otel: [
      { name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', schema: otlpAddressAsIs, note: 'used as it is' },
      { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', schema: otlpBase, note: '/v1/metrics is appended' },
    ],
    schema: otlpBaseOrAddress,
    default: 'http://localhost:4318',
    description: 'Address of the OTLP/HTTP receiver. The flag gets /v1/metrics appended unless it already ends so.',
    secret: 'credentials',
  },
  otlpProtocol: {
    group: 'OTLP push',
    flag: 'otlp-protocol',
    placeholder: 'name',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    schema: otlpProtocol,
    default: 'http/protobuf',
    description: 'http/protobuf or http/json.',
  },
  exportIntervalMs: {
    group: 'OTLP push',
    flag: 'export-interval',
    placeholder: 'seconds',
    own: [],
    otel: [
      {
        name: 'OTEL_METRIC_EXPORT_INTERVAL',
        schema: wholeNumber(100, 86_400_000, 'milliseconds'),
        note: 'milliseconds',
      },
    ],
    schema: secondsAsMs(0.1, 86_400),
    default: '60',
    description: 'Time between two exports (otlp and console).',
  },
  exportTimeoutMs: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_METRIC_EXPORT_TIMEOUT'],
    schema: wholeNumber(1, 86_400_000, 'milliseconds'),
    default: '30000',
    defaultNote: '30000, or the export interval if that is shorter',
    description: 'Milliseconds that one export may take; not more than the export interval.',
  },
  otlpTimeoutMs: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    schema: wholeNumber(1, 3_600_000, 'milliseconds'),
    default: '10000',
    description: 'Milliseconds that the requests of one export may take, repetitions included.',
  },
  otlpHeaders: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_HEADERS'],
    schema: headerPairs,
    default: '',
    defaultNote: 'none',
    description:
      'Headers of every request: name=value pairs with commas between them, values percent-encoded. Never shown, and not a flag: other processes can read those.',
    secret: 'value',
  },
  otlpMetricsHeaders: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_HEADERS'],
    schema: headerPairs,
    default: '',
    defaultNote: 'none',
    description: 'Like OTEL_EXPORTER_OTLP_HEADERS; both are sent, and this one wins where they name the same header.',
    secret: 'value',
  },
  otlpHeadersFile: {
    group: 'OTLP push',
    flag: 'otlp-headers-file',
    placeholder: 'path',
    own: ['OTLP_HEADERS_FILE'],
    otel: [],
    schema: nonEmptyText,
    defaultNote: 'none',
    description:
      'File with more headers, written like OTEL_EXPORTER_OTLP_HEADERS or a pair a line; they win over both variables. Read once, at the start.',
    secret: 'path',
  },
  otlpCompression: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    schema: compression,
    default: 'none',
    description: 'gzip or none.',
  },
  otlpTemporality: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'],
    schema: temporality,
    default: 'cumulative',
    description: 'Temporality of counters: cumulative, delta or lowmemory.',
  },
  otlpCertificate: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    schema: nonEmptyText,
    defaultNote: "Node's certificate authorities",
    description: "PEM file with the certificate authorities that the receiver's certificate is checked against.",
  },
  otlpClientCertificate: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
    schema: nonEmptyText,
    defaultNote: 'none',
    description: 'PEM file with the client certificate for mutual TLS; needs the key as well.',
  },
  otlpClientKey: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'],
    schema: nonEmptyText,
    defaultNote: 'none',
    description: 'PEM file with the key of the client certificate.',
    secret: 'path',
  },
  httpsProxy: {
    group: 'OTLP push',
    own: ['https_proxy', 'HTTPS_PROXY'],
    otel: [],
    schema: nonEmptyText,
    defaultNote: 'none',
    description:
      'Proxy for an https:// receiver: an http:// or https:// address. Never used for the metadata endpoint, nor for a receiver at localhost.',
    secret: 'credentials',
  },
  httpProxy: {
    group: 'OTLP push',
    own: ['http_proxy', 'HTTP_PROXY'],
    otel: [],
    schema: nonEmptyText,
    defaultNote: 'none',
    description: 'The same for an http:// receiver.',
    secret: 'credentials',
  },
  noProxy: {
    group: 'OTLP push',
    own: ['no_proxy', 'NO_PROXY'],
    otel: [],
    schema: nonEmptyText,
    defaultNote: 'none',
    description: 'Receivers that are reached without the proxy: comma-separated hosts, .domains, or * for all.',
  },
  otlpInsecure: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_INSECURE', 'OTEL_EXPORTER_OTLP_INSECURE'],
    schema: trueOrFalse,
    default: 'false',
    description: 'Checked, and without effect: it is about gRPC. Over HTTP, the scheme of the address decides.',
  },
  otlpHistogramAggregation: {
    group: 'OTLP push',
    own: [],
    otel: ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION'],
    schema: histogramAggregation,
    default: 'explicit_bucket_histogram',
    description: 'Checked, and without effect: there are no histograms.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
