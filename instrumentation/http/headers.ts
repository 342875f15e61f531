/** One member of an Accept header: `gzip;q=0.5`. Lower case. */
export interface HeaderMember {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0 to 1; 0 if it is invalid. */
  readonly quality: number;
}

export function parseMembers(header: string): readonly HeaderMember[] {
  return header.split(',').map((member) => {
    const [value = '', ...rest] = member.split(';').map((part) => part.trim().toLowerCase());
    const parameters = new Map(rest.map((parameter) => splitParameter(parameter)));
    const weight = parameters.get('q') ?? '1';
    return { value, parameters, quality: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
  });
}

/** Parameter values can be quoted: `version="1.0.0"`. */
function splitParameter(parameter: string): readonly [name: string, value: string] {
  const [name = '', ...value] = parameter.split('=');
  return [name, value.join('=').replace(/^"(.*)"$/, '$1')];
}

/**
 * Whether an `Accept-Encoding` header prefers gzip: `gzip`, its old name `x-gzip`, or `*` has a quality above 0 and at least
 * that of `identity`. Without the header, or if it excludes both, the response is plain text rather than 406.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const members = parseMembers(header);
  const qualityOf = (...codings: string[]) => members.find(({ value }) => codings.includes(value))?.quality;
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
