/** UCUM terms that OpenTelemetry's guidelines allow: no prefixes (`ms`, `KiBy`), no `%`, words in braces only. */
const TERM = /^(?:1|s|By|\{[a-z]+(?:_[a-z]+)*\})$/;

/**
 * Whether a unit is UCUM as in OpenTelemetry's guidelines: a term, or a quotient of two (`{request}/s`).
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/#instrument-units
 */
export function isUnit(text: string): boolean {
  const terms = text.split('/');
  const [over, under] = terms;
  if (over === undefined || terms.length > 2 || !TERM.test(over)) return false;
  return under === undefined || (under !== '1' && TERM.test(under));
}
