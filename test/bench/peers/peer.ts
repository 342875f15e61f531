import type { Child } from '../child.ts';

/** A program to compare with. */
export interface Peer {
  readonly name: string;
  /** How it runs here, for the legend. */
  readonly how: string;
  /** When it reads the endpoint. */
  readonly reads: 'during the scrape' | 'before the scrape';
  /** Whether a page has values of the containers. */
  readonly isSuccessful: (page: string) => boolean;
  /** Starts it against the endpoint, listening on a port of the loopback interface. */
  start(metadataUrl: string, port: number): Child;
}

/** Whether a page has values of the endpoint's containers (`web-001` and so on), under any metric name. */
export function namesContainers(page: string): boolean {
  return /^[a-z][^#\n]*web-0*1\b/m.test(page);
}
