/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html */
const ENDPOINT = /^https:\/\/monitoring\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)\/v1\/metrics$/;

/** The limit of the CloudWatch agent. */
export const CLOUDWATCH_MAX_POINTS = 1000;

/** The region of CloudWatch's OTLP endpoint; undefined for any other URL, including URLs that only contain the host name. */
export function cloudWatchRegion(url: URL): string | undefined {
  return ENDPOINT.exec(url.href)?.[1];
}

const HOST = /^monitoring\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

/** Whether the host is CloudWatch's, whatever the rest of the URL. */
export function isCloudWatchHost({ hostname }: URL): boolean {
  return HOST.test(hostname);
}
