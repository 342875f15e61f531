/** One member of the header: `gzip;q=0.5`. An invalid q counts as 0, which means plain text. */
function parseMember(member: string): { coding: string; quality: number } {
  const [coding = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  if (weight === undefined) return { coding, quality: 1 };
  return { coding, quality: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
}

/**
 * Whether an `Accept-Encoding` header prefers gzip: `gzip`, its old name `x-gzip`, or `*` has a quality above 0 and at least
 * that of `identity`. Without the header, or if it excludes both, the response is plain text rather than 406.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const members = header.split(',').map(parseMember);
  const qualityOf = (...codings: string[]) => members.find(({ coding }) => codings.includes(coding))?.quality;
  const gzip = qualityOf('gzip', 'x-gzip') ?? qualityOf('*') ?? 0;
  const identity = qualityOf('identity') ?? 0;
  return gzip > 0 && gzip >= identity;
}

/** The delay of a `Retry-After` header, in seconds or as a date; 0 if it is invalid or in the past. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfterMs(value: string | undefined, wallMs: number): number {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  return Math.max(0, (httpDateMs(text) ?? wallMs) - wallMs);
}

/** Parses an HTTP date; undefined if it is invalid. https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 */
export function httpDateMs(text: string): number | undefined {
  // V8 parses nearly any text with a number as a date. HTTP dates begin with the day of the week.
  const ms = /^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
