import type { NetworkSettings } from './snapshot.ts';
import { type InvalidValues, type JsonObject, listOf, member, objectOf, textOf } from './values.ts';

export interface NetworkNamespace {
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
export function parseNetworkSettings(container: JsonObject, invalidValues: InvalidValues): NetworkSettings | undefined {
  const networks = listOf(member(container, 'Networks'), invalidValues);
  if (networks === undefined) return undefined;
  let mode: string | undefined;
  const addresses = new Set<string>();
  for (const item of networks) {
    const network = objectOf(item, invalidValues);
    if (network === undefined) continue;
    mode ??= textOf(member(network, 'NetworkMode'), invalidValues);
    for (const family of ['IPv4Addresses', 'IPv6Addresses']) {
      for (const address of listOf(member(network, family), invalidValues) ?? []) {
        const text = textOf(address, invalidValues);
        if (text !== undefined) addresses.add(text);
      }
    }
  }
  return { mode, addresses: [...addresses].sort().join(',') };
}

type Claims = ReadonlyMap<string, { readonly settings: NetworkSettings; readonly isUsers: boolean }>;

/**
 * Which containers share a network namespace: all of an awsvpc task, those that join another's (`container:<id>`), and
 * those with the same addresses. By container id.
 *
 * A namespace is called after a container (the one that is joined, or the one with the smallest id), not after its
 * addresses: those change while a container lives, and what is called otherwise would be counted once more.
 */
export function resolveNetworkNamespaces(
  drafts: Claims,
  launchType: string | undefined,
): ReadonlyMap<string, NetworkNamespace> {
  const isAwsvpc = [...drafts.values()].some(({ settings }) => settings.mode === AWSVPC);
  const byAddress = new Map<string, string>();
  for (const [id, { settings }] of drafts) {
    const known = byAddress.get(settings.addresses);
    if (known === undefined || id < known) byAddress.set(settings.addresses, id);
  }
  const keyOf = (id: string): string => {
    const settings = drafts.get(id)?.settings;
    if (settings === undefined) return id;
    if (settings.mode === AWSVPC) return AWSVPC;
    // The network mode is the task's: one container's word is enough for those that say nothing.
    const isTold = launchType !== undefined && ALWAYS_AWSVPC.has(launchType);
    if (settings.mode === undefined && (isTold || (isAwsvpc && settings.addresses === ''))) return AWSVPC;
    if (settings.mode?.startsWith(CONTAINER_MODE)) return ownerOf(settings.mode);
    return settings.addresses === '' ? id : (byAddress.get(settings.addresses) ?? id);
  };
  /** A container that is joined may not join another one: docker allows no chains. */
  const ownerOf = (mode: string): string => {
    const owner = mode.slice(CONTAINER_MODE.length);
    return drafts.get(owner)?.settings.mode?.startsWith(CONTAINER_MODE) ? owner : keyOf(owner);
  };
  const keys = new Map([...drafts.keys()].map((id) => [id, keyOf(id)]));
  const users = new Map<string, number>();
  for (const [id, { isUsers }] of drafts) {
    const key = keys.get(id) ?? id;
    if (isUsers) users.set(key, (users.get(key) ?? 0) + 1);
  }
  return new Map([...keys].map(([id, key]) => [id, { key, isShared: key === AWSVPC || (users.get(key) ?? 0) > 1 }]));
}
