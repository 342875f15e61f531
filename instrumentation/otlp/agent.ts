import type { Agent, ProxyEnv } from 'node:http';
import type { Duplex } from 'node:stream';

/** What identifies both ends, and what stands between them. PEM texts, not paths. */
export interface AgentOptions {
  readonly certificate?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  /** The proxy, and the hosts that are reached without it; undefined where there is no proxy. */
  readonly proxyEnv?: ProxyEnv | undefined;
}

/** A connection that is kept for good never follows a host name that moves to another address. */
const MAX_CONNECTION_AGE_MS = 300_000;

/** Makes agents for an address. Where it is no `https:`, nothing of TLS is loaded. */
export async function agentFactory(url: string, options: AgentOptions): Promise<() => Agent> {
  const { certificate, clientCertificate, clientKey, proxyEnv = {} } = options;
  // Empty rather than undefined: newer versions of Node.js then read the environment themselves.
  const common = { keepAlive: true, proxyEnv };
  if (new URL(url).protocol === 'http:') {
    const { Agent } = await import('node:http');
    return () => withAge(new Agent(common));
  }
  const { Agent } = await import('node:https');
  const secure = {
    ...common,
    minVersion: 'TLSv1.2',
    ...(certificate !== undefined && { ca: certificate }),
    ...(clientCertificate !== undefined && { cert: clientCertificate }),
    ...(clientKey !== undefined && { key: clientKey }),
  } as const;
  return () => withAge(new Agent(secure));
}

/** Closes a connection after the first request that ends `MAX_CONNECTION_AGE_MS` or more after its first one. */
function withAge(agent: Agent): Agent {
  const firstFreeMs = new WeakMap<Duplex, number>();
  const keepSocketAlive = agent.keepSocketAlive.bind(agent);
  // Called after each request: https://nodejs.org/api/http.html#agentkeepsocketalivesocket
  agent.keepSocketAlive = (socket) => {
    const nowMs = performance.now();
    const sinceMs = firstFreeMs.get(socket) ?? nowMs;
    firstFreeMs.set(socket, sinceMs);
    const leftMs = MAX_CONNECTION_AGE_MS - (nowMs - sinceMs);
    return leftMs > 0 ? keepSocketAlive(socket) : false;
  };
  return agent;
}
