import { isIPv6 } from 'node:net';

/** The key of every loopback address. */
export const LOOPBACK = 'loopback';

/** Reserved for loopback: the container health check, and a scraper in the same task. */
const LOOPBACK_PLACES = 4;
/** Reserved for an address that scrapes: its connection, and the one that replaces it. */
const SCRAPER_PLACES = 2;
/** Bounds the places that scrapers hold to a quarter of the default limit. */
const MAX_SCRAPERS = 64;
/** New connections that an address may open at once, and how many more each second. */
const CONNECT_BURST = 128;
const CONNECTS_PER_SECOND = 20;
/** Bounds the memory of past connections. */
const MAX_ARRIVALS = 1_024;
/** A client that has read for so long without reaching the end may be cut off for another. */
const SLOW_AFTER_MS = 1_000;

/** Decides which connections stay open when there are too many. Holds connections, and does no I/O. */
export interface Places<Connection> {
  /**
   * False for an address that opens connections too fast. Counts this one. Never false for loopback, and for an address that
   * has reserved places left.
   */
  mayConnect(key: string, nowMs: number): boolean;
  /** Decides on a new connection from the address `key`. Does not add it. */
  admit(key: string, nowMs: number): Verdict<Connection>;
  add(connection: Connection, key: string): void;
  remove(connection: Connection): void;
  /** A request of the connection is complete: it is owed a response. */
  owe(connection: Connection, nowMs: number): void;
  /** The connection waits for its next request. */
  wait(connection: Connection): void;
  /** The address of the connection has completed a scrape. */
  scraped(connection: Connection, nowMs: number): void;
}

/** With `evicted`, that connection has to be closed first. */
export type Verdict<Connection> =
  | { readonly isAdmitted: true; readonly evicted?: Connection }
  | { readonly isAdmitted: false };

export interface PlacesOptions {
  readonly maxConnections: number;
  /** How long the places of a scraper stay reserved after each scrape. */
  readonly scraperMemoryMs: number;
}

/** The connections of one address, oldest first. */
interface Client<Connection> {
  readonly waiting: Set<Connection>;
  /** With the time at which the request was complete. */
  readonly owed: Map<Connection, number>;
}

/**
 * When all places are taken, the address with the most connections beyond its reserved places gives up one: the connection
 * that has waited longest for a request, or else the one that has been owed a response longest. An address with as many as
 * any other gives up one of its own; it is turned away if all of them are owed a response and none is slow.
 */
export function createPlaces<Connection>({ maxConnections, scraperMemoryMs }: PlacesOptions): Places<Connection> {
  const clients = new Map<string, Client<Connection>>();
  const keys = new Map<Connection, string>();
  /** When each address last completed a scrape, the oldest first. */
  const scrapers = new Map<string, number>();

  /** Connections that each address may still open, the one that connected last at the end. */
  const arrivals = new Map<string, { readonly left: number; readonly atMs: number }>();

  const clientOf = (connection: Connection) => clients.get(keys.get(connection) ?? '');

  function reserved(key: string): number {
    if (key === LOOPBACK) return LOOPBACK_PLACES;
    return scrapers.has(key) ? SCRAPER_PLACES : 0;
  }

  /** How many connections the address has beyond its reserved places. */
  function excess(key: string): number {
    const client = clients.get(key);
    return (client === undefined ? 0 : client.waiting.size + client.owed.size) - reserved(key);
  }

  function heaviest(): string | undefined {
    let found: string | undefined;
    let most = 0;
    for (const key of clients.keys()) {
      const size = excess(key);
      if (size > most) [found, most] = [key, size];
    }
    return found;
  }

  function forgetScrapers(nowMs: number): void {
    for (const [key, atMs] of scrapers) {
      if (nowMs - atMs <= scraperMemoryMs && scrapers.size <= MAX_SCRAPERS) return;
      scrapers.delete(key);
    }
  }

  return {
    mayConnect(key, nowMs) {
      if (reserved(key) > 0 && (key === LOOPBACK || excess(key) < 0)) return true;
      const { left, atMs } = arrivals.get(key) ?? { left: CONNECT_BURST, atMs: nowMs };
      const now = Math.min(CONNECT_BURST, left + ((nowMs - atMs) * CONNECTS_PER_SECOND) / 1_000);
      arrivals.delete(key);
      arrivals.set(key, { left: now < 1 ? now : now - 1, atMs: nowMs });
      const [oldest] = arrivals.keys();
      if (oldest !== undefined && arrivals.size > MAX_ARRIVALS) arrivals.delete(oldest);
      return now >= 1;
    },
    admit(key, nowMs) {
      if (keys.size < maxConnections) return { isAdmitted: true };
      forgetScrapers(nowMs);
      const other = heaviest();
      const isOwn = other === undefined || excess(other) <= excess(key) + 1;
      const [waiting] = clients.get(isOwn ? key : other)?.waiting ?? [];
      if (waiting !== undefined) return { isAdmitted: true, evicted: waiting };
      const [owed] = clients.get(isOwn ? key : other)?.owed ?? [];
      if (owed === undefined || (isOwn && nowMs - owed[1] < SLOW_AFTER_MS)) return { isAdmitted: false };
      return { isAdmitted: true, evicted: owed[0] };
    },
    add(connection, key) {
      const client = clients.get(key) ?? { waiting: new Set(), owed: new Map() };
      clients.set(key, client);
      client.waiting.add(connection);
      keys.set(connection, key);
    },
    remove(connection) {
      const key = keys.get(connection);
      const client = clientOf(connection);
      if (key === undefined || client === undefined) return;
      keys.delete(connection);
      client.waiting.delete(connection);
      client.owed.delete(connection);
      if (client.waiting.size + client.owed.size === 0) clients.delete(key);
    },
    owe(connection, nowMs) {
      const client = clientOf(connection);
      client?.waiting.delete(connection);
      client?.owed.set(connection, nowMs);
    },
    wait(connection) {
      const client = clientOf(connection);
      client?.owed.delete(connection);
      client?.waiting.add(connection);
    },
    scraped(connection, nowMs) {
      const key = keys.get(connection);
      if (key === undefined || key === LOOPBACK) return;
      scrapers.delete(key);
      scrapers.set(key, nowMs);
      forgetScrapers(nowMs);
    },
  };
}

/**
 * What counts as one address: an IPv4 address, also where IPv6 maps it; the /64 prefix of an IPv6 address, which one host
 * can use as a whole; all loopback addresses together.
 */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address.startsWith('127.') ? LOOPBACK : address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (mapped === '::1' || mapped.startsWith('127.')) return LOOPBACK;
  if (!isIPv6(mapped)) return mapped;
  // Node prints no zone here except for link-local addresses: fe80::1%eth0.
  const [before = '', after] = mapped.replace(/%.*$/, '').toLowerCase().split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
