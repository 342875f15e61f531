import { isLocalEndpoint, literalAddress } from '../aws/address.ts';
import { type CredentialsSource, isCredentialText, isHeaderText } from '../aws/credentials.ts';
import type { SigningScope } from '../aws/sign.ts';
import { cloudWatchRegion, isCloudWatchHost } from './cloudwatch.ts';
import { type Given, type OptionTable, type Parser, problem, problemWith, type Settings } from './option.ts';
import { nonEmptyText, oneOf } from './value-parsers.ts';

/** How OTLP requests are signed. */
export interface SigV4Config extends SigningScope {
  readonly credentials: CredentialsSource;
}

/** Part of the scope of a signature. */
const scopePart =
  (what: string): Parser<string> =>
  (text) =>
    /^[a-z0-9-]+$/.test(text) ? { value: text } : { error: `must be ${what}` };

const REGION = scopePart('an AWS region in lower case, for example eu-west-1');

const credential: Parser<string> = (text) =>
  isCredentialText(text) ? { value: text } : { error: 'must be printable ASCII characters without spaces' };

const authorizationToken: Parser<string> = (text) =>
  isHeaderText(text) ? { value: text } : { error: 'must be printable ASCII characters' };

const ECS_ORIGIN = 'http://169.254.170.2';

const relativeUri: Parser<URL> = (text) => {
  const url = text.startsWith('/') ? URL.parse(`${ECS_ORIGIN}${text}`) : null;
  return url?.origin === ECS_ORIGIN ? { value: url } : { error: 'must be a path that begins with /' };
};

/** Host names are resolved and checked at each request. */
const fullUri: Parser<URL> = (text) => {
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null) return { error: 'must be an http:// or https:// URL' };
  if (url.username !== '' || url.password !== '') return { error: 'must be a URL without user and password' };
  const address = literalAddress(url);
  return url.protocol === 'https:' || address === undefined || isLocalEndpoint(address)
    ? { value: url }
    : { error: 'must use https:// unless its address is loopback, 169.254.170.2, 169.254.170.23 or fd00:ec2::23' };
};

/** Names and meanings are those of AWS's SDKs: https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html */
export const OTLP_AUTH_OPTIONS = {
  otlpAuth: {
    flag: 'otlp-auth',
    placeholder: 'method',
    variables: ['OTLP_AUTH'],
    parse: oneOf('sigv4', 'none'),
    defaultNote: 'sigv4 for CloudWatch, otherwise none',
    description:
      'Authentication of OTLP requests: sigv4 (AWS Signature Version 4) or none. Requests with an authorization header in OTEL_EXPORTER_OTLP_HEADERS are not signed.',
  },
  otlpAuthRegion: {
    flag: 'otlp-auth-region',
    placeholder: 'region',
    variables: ['OTLP_AUTH_REGION'],
    parse: REGION,
    defaultNote: "the region in CloudWatch's URL, otherwise AWS_REGION",
    description: 'sigv4: AWS region of the receiver.',
  },
  otlpAuthService: {
    flag: 'otlp-auth-service',
    placeholder: 'service',
    variables: ['OTLP_AUTH_SERVICE'],
    parse: scopePart('an AWS service, for example execute-api'),
    defaultNote: 'monitoring for CloudWatch',
    description: 'sigv4: AWS service of the receiver, for example execute-api for API Gateway.',
  },
  awsRegion: {
    variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    parse: REGION,
    defaultNote: 'set by Fargate',
    description: 'sigv4: default of --otlp-auth-region.',
  },
  awsAccessKeyId: {
    variables: ['AWS_ACCESS_KEY_ID'],
    parse: credential,
    defaultNote: 'the credentials of the task role',
    description: 'sigv4: access key. Requires AWS_SECRET_ACCESS_KEY.',
    secret: 'value',
  },
  awsSecretAccessKey: {
    variables: ['AWS_SECRET_ACCESS_KEY'],
    parse: credential,
    defaultNote: 'none',
    description: 'sigv4: secret key of the access key.',
    secret: 'value',
  },
  awsSessionToken: {
    variables: ['AWS_SESSION_TOKEN'],
    parse: credential,
    defaultNote: 'none',
    description: 'sigv4: session token of a temporary access key.',
    secret: 'value',
  },
  awsCredentialsRelativeUri: {
    variables: ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
    parse: relativeUri,
    defaultNote: 'set by ECS for tasks with a task role',
    description: 'sigv4: path of the credentials on http://169.254.170.2. Used if no access key is set.',
    secret: 'value',
  },
  awsCredentialsFullUri: {
    variables: ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
    parse: fullUri,
    defaultNote: 'none',
    description:
      'sigv4: URL of the credentials: https://, or http:// to loopback, 169.254.170.2, 169.254.170.23 or fd00:ec2::23. Used if neither an access key nor a relative URI is set.',
    secret: 'value',
  },
  awsAuthorizationTokenFile: {
    variables: ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
    parse: nonEmptyText,
    defaultNote: 'none',
    description: 'sigv4: file with the authorization header for the credentials endpoint. Read for each request.',
    secret: 'path',
  },
  awsAuthorizationToken: {
    variables: ['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
    parse: authorizationToken,
    defaultNote: 'none',
    description: 'sigv4: the authorization header itself. The file takes precedence.',
    secret: 'value',
  },
} as const satisfies OptionTable;

const OPTIONS = OTLP_AUTH_OPTIONS;

/** The receiver, and the headers that are sent to it. */
export interface Receiver {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly isOn: boolean;
}

/** @returns undefined if requests are not signed; AWS's variables are then not read. */
export function resolveOtlpAuth(settings: Settings, { url, headers, isOn }: Receiver): SigV4Config | undefined {
  const method = settings.given(OPTIONS.otlpAuth);
  const region = settings.given(OPTIONS.otlpAuthRegion);
  const service = settings.given(OPTIONS.otlpAuthService);
  const detected = cloudWatchRegion(url);
  if (!isOn || 'authorization' in headers) return undefined;
  if ((method?.value ?? (detected === undefined ? 'none' : 'sigv4')) === 'none') {
    if (method === undefined) for (const unused of [region, service]) reportUnused(settings, unused);
    if (method === undefined && isCloudWatchHost(url)) warnUnsigned(settings, url);
    return undefined;
  }
  const source = method?.source.name ?? 'OTLP_AUTH';
  const subject = method === undefined ? 'the OTLP endpoint of CloudWatch' : `${source}=sigv4`;
  const missing = (what: string): void =>
    settings.report(problem('missing_option', source, `${subject} requires ${what}`));
  const earlier = settings.problems.length;
  const regionName = region?.value ?? detected ?? settings.given(OPTIONS.awsRegion)?.value;
  const serviceName = service?.value ?? (detected === undefined ? undefined : 'monitoring');
  const credentials = resolveCredentials(settings);
  // An invalid value already has an error.
  if (settings.problems.length > earlier) return undefined;
  if (regionName === undefined) missing('a region: set OTLP_AUTH_REGION or AWS_REGION');
  if (serviceName === undefined) {
    missing('a service: set OTLP_AUTH_SERVICE, for example to execute-api for API Gateway');
  }
  if (credentials === undefined) {
    missing(
      'AWS credentials: add a task role to the task definition (ECS then sets AWS_CONTAINER_CREDENTIALS_RELATIVE_URI), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  }
  if (regionName === undefined || serviceName === undefined || credentials === undefined) return undefined;
  return { region: regionName, service: serviceName, credentials };
}

function warnUnsigned(settings: Settings, { hostname }: URL): void {
  const message = `requests to ${hostname} are not signed: CloudWatch's OTLP endpoint is https://${hostname}/v1/metrics; correct the address, or set OTLP_AUTH`;
  settings.warn(problem('unsigned_requests', 'OTLP_AUTH', message));
}

function reportUnused(settings: Settings, given: Given<string> | undefined): void {
  if (given === undefined) return;
  const { name } = given.source;
  settings.report(problem('conflict', name, `${name} has no effect without sigv4; set OTLP_AUTH=sigv4`));
}

/** Access keys take precedence over an endpoint, and the relative URI over the full one, as in AWS's SDKs. */
function resolveCredentials(settings: Settings): CredentialsSource | undefined {
  const earlier = settings.problems.length;
  const id = settings.given(OPTIONS.awsAccessKeyId);
  const secret = settings.given(OPTIONS.awsSecretAccessKey);
  const sessionToken = settings.given(OPTIONS.awsSessionToken)?.value;
  if (id !== undefined && secret !== undefined) {
    return { keys: { accessKeyId: id.value, secretAccessKey: secret.value, sessionToken } };
  }
  if (settings.problems.length > earlier) return undefined;
  for (const [option, given, other] of [
    [OPTIONS.awsAccessKeyId, id, 'AWS_SECRET_ACCESS_KEY'],
    [OPTIONS.awsSecretAccessKey, secret, 'AWS_ACCESS_KEY_ID'],
  ] as const) {
    if (given !== undefined) settings.report(problemWith('conflict', option, given.source, `also requires ${other}`));
  }
  const relative = settings.given(OPTIONS.awsCredentialsRelativeUri);
  const url = relative?.value ?? settings.given(OPTIONS.awsCredentialsFullUri)?.value;
  const tokenFile = settings.given(OPTIONS.awsAuthorizationTokenFile)?.value;
  const token = settings.given(OPTIONS.awsAuthorizationToken)?.value;
  return url && { endpoint: { url, tokenFile, token } };
}
