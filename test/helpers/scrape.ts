import type { Exporter } from '../../src/exporter.ts';

/** The exporter's origin; an invalid one if it does not listen. */
export function originOf({ address }: Exporter): string {
  return address === undefined ? '' : `http://${address.host}:${address.port}`;
}

/** Scrapes a running exporter over HTTP. */
export async function scrape(exporter: Exporter, path = '/metrics'): Promise<string> {
  const response = await fetch(`${originOf(exporter)}${path}`);
  return response.text();
}

/** Lines that differ between runs or releases. */
const VOLATILE: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/^(\S*exporter_poll_duration_seconds) .*$/gm, '$1 0'],
  [/^(\S*exporter_last_success(?:_timestamp)?_seconds) .*$/gm, '$1 0'],
  [/^(\S*(?:exporter_process|process_cpu|process_memory)_\S+) .*$/gm, '$1 0'],
  // Absent during the first second.
  [/^(?:# \w+ )?\S*event_?loop_delay.*\n/gm, ''],
  [/(\bnode_version|process_runtime_version)="[^"]*"/g, '$1="<node>"'],
  [/(\bservice_version|\bversion)="[^"]*"/g, '$1="<version>"'],
  [/(telemetry_sdk_version)="[^"]*"/g, '$1="<sdk>"'],
];

export function withoutVolatile(page: string): string {
  return VOLATILE.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), page);
}
