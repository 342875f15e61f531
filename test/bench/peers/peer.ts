import type { Child } from '../child.ts';

/** A program that is compared with. */
export interface Peer {
  readonly name: string;
  /** How it runs here, for the reader of the figures. */
  readonly how: string;
  /** When it reads the endpoint. */
  readonly reads: 'during the scrape' | 'before the scrape';
  /** Whether a page has values of the containers. */
  readonly isGood: (page: string) => boolean;
  /** Starts it against the endpoint, serving pages at that port of the loopback interface. */
  start(metadataUrl: string, port: number): Child;
}

/** A page with values of the endpoint's containers, in whatever metrics: they are called `web-001` and so on. */
export function namesContainers(page: string): boolean {
  return /^[a-z][^#\n]*web-0*1\b/m.test(page);
}
