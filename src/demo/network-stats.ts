import type { InterfaceLoad } from './load-model.ts';

export interface InterfaceCounters {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_dropped: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_dropped: number;
}

/** `networks`: the counters of the task's one network namespace, which every container repeats. */
export function networkStats(
  interfaces: ReadonlyMap<string, InterfaceLoad>,
  taskS: number,
): Record<string, InterfaceCounters> {
  const counters: Record<string, InterfaceCounters> = {};
  for (const [name, load] of interfaces) {
    counters[name] = {
      rx_bytes: Math.floor(load.rxBytes(taskS)),
      rx_packets: Math.floor(load.rxPackets(taskS)),
      rx_errors: 0,
      rx_dropped: Math.floor(taskS / 420),
      tx_bytes: Math.floor(load.txBytes(taskS)),
      tx_packets: Math.floor(load.txPackets(taskS)),
      tx_errors: 0,
      tx_dropped: 0,
    };
  }
  return counters;
}

/** `network_rate_stats`: what version 4 of the endpoint adds, over all interfaces. */
export function networkRates(
  previous: Readonly<Record<string, InterfaceCounters>>,
  current: Readonly<Record<string, InterfaceCounters>>,
  elapsedS: number,
) {
  const sum = (all: typeof current, key: 'rx_bytes' | 'tx_bytes'): number =>
    Object.values(all).reduce((total, counters) => total + counters[key], 0);
  return {
    rx_bytes_per_sec: (sum(current, 'rx_bytes') - sum(previous, 'rx_bytes')) / elapsedS,
    tx_bytes_per_sec: (sum(current, 'tx_bytes') - sum(previous, 'tx_bytes')) / elapsedS,
  };
}
