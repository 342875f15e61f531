import type { Refusals } from './refusals.ts';
import { type EpochNs, timeOf } from './time.ts';
import { member, objectOf, textOf } from './values.ts';

/** Every state that ECS has for a health check. */
export const HEALTH_STATES = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface Health {
  readonly state: HealthState;
  /** When it became so. */
  readonly sinceNs?: EpochNs | undefined;
}

/**
 * `Health` of a container. Undefined where it has no health check: ECS leaves the member out then. The agent leaves out
 * the status of a check that has not ended yet; a word that ECS does not have today tells nothing either.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export function parseHealth(value: unknown, refusals: Refusals): Health | undefined {
  const health = objectOf(value, refusals);
  if (health === undefined) return undefined;
  const status = textOf(member(health, 'status'), refusals)?.toUpperCase();
  return {
    state: HEALTH_STATES.find((state) => state === status) ?? 'UNKNOWN',
    sinceNs: timeOf(member(health, 'statusSince'), refusals),
  };
}
