import { atMost, type InvalidValues, type JsonObject, listOf, member, objectOf, textOf } from './json-values.ts';
import type { NetworkSettings } from './snapshot.ts';

export interface NetworkNamespace {
  readonly key: string;
  /** True if several containers report its counters. */
  readonly isShared: boolean;
}

/** Of a container, and of one of its networks. Bounds the cost of one document. */
const MAX_ADDRESSES = 100;

const AWSVPC = 'awsvpc';
const CONTAINER_MODE = 'container:';

/** Launch types whose tasks always have their own network interface. */
const ALWAYS_AWSVPC: ReadonlySet<string> = new Set(['FARGATE', 'MANAGED_INSTANCES']);

/**
 * Parses `Networks`. The agent omits it if it currently cannot read it.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/2747
 */
export function parseNetworkSettings(container: JsonObject, invalidValues: InvalidValues): NetworkSettings | undefined {
  const networks = listOf(member(container, 'Networks'), invalidValues);
  if (networks === undefined) return undefined;
  let mode: string | undefined;
  const addresses = new Set<string>();
  for (const item of atMost(MAX_ADDRESSES, networks, invalidValues)) {
    const network = objectOf(item, invalidValues);
    if (network === undefined) continue;
    mode ??= textOf(member(network, 'NetworkMode'), invalidValues);
    for (const family of ['IPv4Addresses', 'IPv6Addresses']) {
      const list = listOf(member(network, family), invalidValues) ?? [];
      for (const address of atMost(MAX_ADDRESSES, list, invalidValues)) {
        const text = textOf(address, invalidValues);
        if (text !== undefined) addresses.add(text);
      }
    }
  }
  return { mode, addresses: [...addresses].sort().join(',') };
}

type ContainerNetworks = ReadonlyMap<string, { readonly settings: NetworkSettings; readonly isNormal: boolean }>;

/**
 * The network namespace of each container, by container id. All containers of an awsvpc task share one, and so do those that
 * join another (`container:<id>`) and those with the same addresses.
 *
 * The key of a namespace is the id of a container (the joined one, or the smallest id), not its addresses: they can change
 * while the container runs, and a new key would count the namespace twice.
 */
export function resolveNetworkNamespaces(
  containers: ContainerNetworks,
  launchType: string | undefined,
): ReadonlyMap<string, NetworkNamespace> {
  const isAwsvpc = [...containers.values()].some(({ settings }) => settings.mode === AWSVPC);
  const byAddress = new Map<string, string>();
  for (const [id, { settings }] of containers) {
    const known = byAddress.get(settings.addresses);
    if (known === undefined || id < known) byAddress.set(settings.addresses, id);
  }
  const keyOf = (id: string): string => {
    const settings = containers.get(id)?.settings;
    if (settings === undefined) return id;
    if (settings.mode === AWSVPC) return AWSVPC;
    // The network mode applies to the whole task, so containers that report none have that of the others.
    const isAlwaysAwsvpc = launchType !== undefined && ALWAYS_AWSVPC.has(launchType);
    if (settings.mode === undefined && (isAlwaysAwsvpc || (isAwsvpc && settings.addresses === ''))) return AWSVPC;
    if (settings.mode?.startsWith(CONTAINER_MODE)) return ownerOf(settings.mode);
    return settings.addresses === '' ? id : (byAddress.get(settings.addresses) ?? id);
  };
  /** Docker does not allow chains: a joined container cannot join another. */
  const ownerOf = (mode: string): string => {
    const owner = mode.slice(CONTAINER_MODE.length);
    return containers.get(owner)?.settings.mode?.startsWith(CONTAINER_MODE) ? owner : keyOf(owner);
  };
  const keys = new Map([...containers.keys()].map((id) => [id, keyOf(id)]));
  const normal = new Map<string, number>();
  for (const [id, { isNormal }] of containers) {
    const key = keys.get(id) ?? id;
    if (isNormal) normal.set(key, (normal.get(key) ?? 0) + 1);
  }
  return new Map([...keys].map(([id, key]) => [id, { key, isShared: key === AWSVPC || (normal.get(key) ?? 0) > 1 }]));
}
