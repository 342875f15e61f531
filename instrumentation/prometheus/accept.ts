import { parseMembers } from '../http/headers.ts';

/**
 * Whether an `Accept` header names OpenMetrics 1.0 with at least the quality of the text format. Wildcards do not count: clients
 * without a preference get the text format.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
 */
export function acceptsOpenMetrics(header: string | undefined): boolean {
  const members = header === undefined ? [] : parseMembers(header);
  const qualityOf = (type: string, version: string): number | undefined => {
    const acceptable = members.filter(
      ({ value, parameters }) => value === type && (parameters.get('version') ?? version) === version,
    );
    return acceptable.length === 0 ? undefined : Math.max(...acceptable.map(({ quality }) => quality));
  };
  const openMetrics = qualityOf('application/openmetrics-text', '1.0.0') ?? 0;
  const text = qualityOf('text/plain', '0.0.4') ?? qualityOf('text/*', '') ?? qualityOf('*/*', '') ?? 0;
  return openMetrics > 0 && openMetrics >= text;
}
