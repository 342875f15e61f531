import { otlpEndpoint, otlpEndpointFlag, otlpMetricsEndpoint, proxyUrl } from './addresses.ts';
import { headerPairs } from './lists.ts';
import type { OptionTable } from './option.ts';
import {
  histogramAggregation,
  milliseconds,
  nonEmptyText,
  oneOf,
  otlpProtocol,
  secondsAsMs,
  trueOrFalse,
  wholeNumber,
} from './value-parsers.ts';

/**
 * OTLP options. Names and meanings are those of https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
 */
export const OTLP_OPTIONS = {
  otlpUrl: {
    flag: 'otlp-endpoint',
    placeholder: 'url',
    variables: [
      { name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', parse: otlpMetricsEndpoint, note: 'used unchanged' },
      { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', parse: otlpEndpoint, note: '/v1/metrics is appended' },
    ],
    parse: otlpEndpointFlag,
    default: 'http://localhost:4318',
    description: "URL of the OTLP/HTTP receiver. /v1/metrics is appended to the flag's value if missing.",
    secret: 'address',
  },
  otlpProtocol: {
    flag: 'otlp-protocol',
    placeholder: 'protocol',
    variables: ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    parse: otlpProtocol,
    default: 'http/protobuf',
    description: 'OTLP protocol: http/protobuf or http/json.',
  },
  exportIntervalMs: {
    flag: 'export-interval',
    placeholder: 'seconds',
    variables: [{ name: 'OTEL_METRIC_EXPORT_INTERVAL', parse: milliseconds(100, 86_400_000), note: 'milliseconds' }],
    parse: secondsAsMs(0.1, 86_400),
    default: '60',
    description: 'Interval between exports of otlp and console.',
  },
  exportTimeoutMs: {
    variables: ['OTEL_METRIC_EXPORT_TIMEOUT'],
    parse: milliseconds(1, 86_400_000),
    default: '30000',
    defaultNote: '30000, or the export interval if it is shorter',
    description: 'Timeout of an export in milliseconds. Must not exceed the export interval.',
  },
  otlpTimeoutMs: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    parse: milliseconds(1, 3_600_000),
    default: '10000',
    description: 'Timeout of the requests of an export in milliseconds, including retries.',
  },
  otlpHeaders: {
    variables: ['OTEL_EXPORTER_OTLP_HEADERS'],
    parse: headerPairs,
    default: '',
    defaultNote: 'none',
    description:
      'Request headers: comma-separated name=value pairs with percent-encoded values. Never printed. There is no flag because other processes can read command lines.',
    secret: 'value',
  },
  otlpMetricsHeaders: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_HEADERS'],
    parse: headerPairs,
    default: '',
    defaultNote: 'none',
    description:
      'Additional request headers, in the same syntax. They take precedence over OTEL_EXPORTER_OTLP_HEADERS.',
    secret: 'value',
  },
  otlpHeadersFile: {
    flag: 'otlp-headers-file',
    placeholder: 'path',
    variables: ['OTLP_HEADERS_FILE'],
    parse: nonEmptyText,
    defaultNote: 'none',
    description:
      'File with additional request headers, in the same syntax or one pair per line. They take precedence over both variables. Read once, at start.',
    secret: 'path',
  },
  otlpCompression: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    parse: oneOf('gzip', 'none'),
    default: 'none',
    description: 'Compression of requests: gzip or none.',
  },
  otlpMaxPoints: {
    flag: 'otlp-max-points',
    placeholder: 'number',
    variables: ['OTLP_MAX_POINTS'],
    parse: wholeNumber(1, 1_000_000),
    defaultNote: '1000 for CloudWatch, otherwise unlimited',
    description: 'Maximum number of data points in one request. A larger export is sent in several requests.',
  },
  otlpTemporality: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'],
    parse: oneOf('cumulative', 'delta', 'lowmemory'),
    default: 'cumulative',
    description: 'Aggregation temporality of counters: cumulative, delta or lowmemory.',
  },
  otlpCertificate: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CERTIFICATE'],
    parse: nonEmptyText,
    defaultNote: 'the CA certificates of Node.js',
    description: "PEM file with the CA certificates used to verify the receiver's certificate.",
    secret: 'path',
  },
  otlpClientCertificate: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
    parse: nonEmptyText,
    defaultNote: 'none',
    description: 'PEM file with the client certificate for mutual TLS. Requires the client key.',
    secret: 'path',
  },
  otlpClientKey: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'],
    parse: nonEmptyText,
    defaultNote: 'none',
    description: 'PEM file with the private key of the client certificate.',
    secret: 'path',
  },
  httpsProxy: {
    variables: ['https_proxy', 'HTTPS_PROXY'],
    parse: proxyUrl,
    defaultNote: 'none',
    description:
      'Proxy for an https:// receiver: an http:// or https:// URL. Not used for receivers on localhost or for the metadata endpoint.',
    secret: 'address',
  },
  httpProxy: {
    variables: ['http_proxy', 'HTTP_PROXY'],
    parse: proxyUrl,
    defaultNote: 'none',
    description: 'Proxy for an http:// receiver, with the same exceptions.',
    secret: 'address',
  },
  noProxy: {
    variables: ['no_proxy', 'NO_PROXY'],
    parse: nonEmptyText,
    defaultNote: 'none',
    description: 'Receivers to reach without the proxy: comma-separated hosts, .domains, or * for all.',
  },
  otlpInsecure: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_INSECURE', 'OTEL_EXPORTER_OTLP_INSECURE'],
    parse: trueOrFalse,
    default: 'false',
    description: 'Validated but ignored, because it applies only to gRPC. Over HTTP, the scheme of the URL decides.',
  },
  otlpHistogramAggregation: {
    variables: ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION'],
    parse: histogramAggregation,
    default: 'explicit_bucket_histogram',
    description: 'Validated but ignored, because no histograms are exported.',
  },
} as const satisfies OptionTable;
