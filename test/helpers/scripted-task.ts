import type { FaultEndpoint } from './fault-endpoint.ts';
import { aMinuteAgoNs, containerDocument, type ScriptedContainer, statsOf } from './scripted-documents.ts';

export interface ScriptedTask {
  readonly containers: Map<string, ScriptedContainer>;
  /** Adds a container that starts at the newest sample. */
  add(name: string, use?: { readonly cores?: number; readonly memoryBytes?: number }): ScriptedContainer;
  /** Restarts a container: new start time, counters from 0. */
  restart(name: string): void;
  /** Time of the newest sample. */
  nowNs(): bigint;
  /** Advances the time to the next sample. */
  advance(seconds?: number): void;
  task(): unknown;
  stats(): unknown;
  /** Sets the current documents at an endpoint. */
  publish(endpoint: FaultEndpoint): void;
}

export const TASK_ID = '0123456789abcdef0123456789abcdef';
export const TASK_ARN = `arn:aws:ecs:eu-west-1:111122223333:task/shop/${TASK_ID}`;

/** A task on EC2 in bridge mode: each container has its own interface. */
export function scriptedTask(...names: readonly string[]): ScriptedTask {
  const containers = new Map<string, ScriptedContainer>();
  const startedNs = aMinuteAgoNs();
  let nowNs = startedNs;

  function add(name: string, { cores = 0.25, memoryBytes = 64 * 1024 ** 2 } = {}): ScriptedContainer {
    const id = `${containers.size + 1}`.padStart(64, '0');
    const container = { name, id, startedNs: nowNs, ageSeconds: 0, cores, memoryBytes, isRunning: true };
    containers.set(name, container);
    return container;
  }

  const scripted: ScriptedTask = {
    containers,
    add,
    nowNs: () => nowNs,
    restart(name) {
      const container = containers.get(name);
      if (container === undefined) throw new RangeError(`no container ${name}`);
      container.startedNs = nowNs;
      container.ageSeconds = 0;
    },
    advance(seconds = 10) {
      nowNs += BigInt(seconds) * 1_000_000_000n;
      for (const container of containers.values()) container.ageSeconds += seconds;
    },
    task: () => ({
      Cluster: 'shop',
      TaskARN: TASK_ARN,
      Family: 'shop',
      Revision: '7',
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Limits: { CPU: 1, Memory: 512 },
      AvailabilityZone: 'eu-west-1b',
      LaunchType: 'EC2',
      ServiceName: 'shop-service',
      Containers: [...containers.values()].map(containerDocument),
    }),
    stats: () =>
      Object.fromEntries(
        [...containers.values()].map((container) => [
          container.id,
          container.isRunning ? statsOf(container, nowNs, startedNs) : null,
        ]),
      ),
    publish(endpoint) {
      endpoint.task = scripted.task();
      endpoint.stats = scripted.stats();
    },
  };
  for (const [place, name] of names.entries()) {
    add(name, { cores: 0.25 * (place + 1), memoryBytes: 64 * 1024 ** 2 * (place + 1) });
  }
  // Started a minute before the sidecar.
  scripted.advance(60);
  return scripted;
}
