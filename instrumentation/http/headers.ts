/** One member of the header: `gzip;q=0.5`. A q that is no number between 0 and 1 counts as 0: when in doubt, plain text. */
function parseMember(member: string): { coding: string; quality: number } {
  const [coding = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  if (weight === undefined) return { coding, quality: 1 };
  return { coding, quality: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 };
}

/**
 * Whether an `Accept-Encoding` header asks for gzip: it, its old name `x-gzip`, or `*` has a quality above 0 that is not
 * below the one given to `identity`. No header means plain; so does one that refuses both, because an answer in plain text
 * helps more than a 406.
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

/** Seconds, or a date; 0 for what is neither, and for a time that is past. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfterMs(value: string | undefined, wallMs: number): number {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // V8 finds a date in nearly everything that holds a number; all of HTTP's begin with the day of the week.
  const ms = /^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) - wallMs : 0;
  return ms > 0 ? ms : 0;
}
