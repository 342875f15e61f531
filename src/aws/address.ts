import { BlockList, isIP } from 'node:net';

/** Addresses of credentials endpoints on the same host: ECS (169.254.170.2), EKS, and loopback. */
function allowedAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  list.addAddress('169.254.170.2', 'ipv4');
  list.addAddress('169.254.170.23', 'ipv4');
  list.addAddress('fd00:ec2::23', 'ipv6');
  return list;
}

/** Whether plain HTTP is allowed to this IP address. */
export function isLocalEndpoint(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && allowedAddresses().check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** The IP address in a URL; undefined for a host name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}
