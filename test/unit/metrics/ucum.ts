/** Terms that OpenTelemetry's guidelines leave of UCUM: no prefixes (`ms`, `KiBy`), no `%`, and no words but in braces. */
const TERM = /^(?:1|s|By|\{[a-z]+(?:_[a-z]+)*\})$/;

/**
 * Whether a unit is UCUM as OpenTelemetry's guidelines want it: a term, or one over another (`{request}/s`).
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/metrics/#instrument-units
 */
export function isUnit(text: string): boolean {
  const terms = text.split('/');
  const [over, under] = terms;
  if (over === undefined || terms.length > 2 || !TERM.test(over)) return false;
  return under === undefined || (under !== '1' && TERM.test(under));
}
