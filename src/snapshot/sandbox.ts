import type { Refusals } from './refusals.ts';
import type { SandboxClaim } from './snapshot.ts';
import { type JsonObject, listOf, member, objectOf, textOf } from './values.ts';

export interface Sandbox {
  readonly key: string;
  /** True where its counters are repeated on several containers, so that they are no container's own. */
  readonly isShared: boolean;
}

const AWSVPC = 'awsvpc';
const CONTAINER_MODE = 'container:';

/** Launch types whose tasks have a network interface of their own. */
const ALWAYS_AWSVPC: ReadonlySet<string> = new Set(['FARGATE', 'MANAGED_INSTANCES']);

/**
 * Undefined where the container says nothing about networks: the agent leaves `Networks` out when it could not read them
 * just now.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/2747
 */
export function sandboxClaim(container: JsonObject, refusals: Refusals): SandboxClaim | undefined {
  const networks = listOf(member(container, 'Networks'), refusals);
  if (networks === undefined) return undefined;
  let mode: string | undefined;
  const addresses = new Set<string>();
  for (const item of networks) {
    const network = objectOf(item, refusals);
    if (network === undefined) continue;
    mode ??= textOf(member(network, 'NetworkMode'), refusals);
    for (const family of ['IPv4Addresses', 'IPv6Addresses']) {
      for (const address of listOf(member(network, family), refusals) ?? []) {
        const text = textOf(address, refusals);
        if (text !== undefined) addresses.add(text);
      }
    }
  }
  return { mode, addresses: [...addresses].sort().join(',') };
}

/**
 * Which containers share a network namespace: all of an awsvpc task, those that join another's (`container:<id>`), and
 * those with the same addresses. By container id.
 */
export function resolveSandboxes(
  drafts: ReadonlyMap<string, { readonly claim: SandboxClaim; readonly isUsers: boolean }>,
  launchType: string | undefined,
): ReadonlyMap<string, Sandbox> {
  const keys = new Map<string, string>();
  const users = new Map<string, number>();
  for (const [id, { claim, isUsers }] of drafts) {
    const key = keyOf(id, claim, launchType, drafts);
    keys.set(id, key);
    if (isUsers) users.set(key, (users.get(key) ?? 0) + 1);
  }
  const sandboxes = new Map<string, Sandbox>();
  for (const [id, key] of keys) sandboxes.set(id, { key, isShared: key === AWSVPC || (users.get(key) ?? 0) > 1 });
  return sandboxes;
}

function keyOf(
  id: string,
  claim: SandboxClaim,
  launchType: string | undefined,
  drafts: ReadonlyMap<string, { readonly claim: SandboxClaim }>,
): string {
  if (claim.mode === AWSVPC) return AWSVPC;
  if (claim.mode === undefined && launchType !== undefined && ALWAYS_AWSVPC.has(launchType)) return AWSVPC;
  if (claim.mode?.startsWith(CONTAINER_MODE)) {
    const owner = claim.mode.slice(CONTAINER_MODE.length);
    const ownerClaim = drafts.get(owner)?.claim;
    return ownerClaim === undefined || ownerClaim.addresses === '' ? owner : ownerClaim.addresses;
  }
  return claim.addresses === '' ? id : claim.addresses;
}
