import { Agent, request } from 'node:http';

export interface Scrape {
  readonly status: number | undefined;
  /** From the request to the last byte. */
  readonly elapsedMs: number;
  /** Empty where bodies are not kept. */
  readonly body: Buffer;
}

export interface Scraper {
  /** Rejects when there is no answer within ten seconds. */
  scrape(): Promise<Scrape>;
  close(): void;
}

/** A client with one connection, kept open like Prometheus' own. The body is given as it came, compressed or not. */
export function createScraper(port: number, coding: 'gzip' | 'identity', keepsBody = true): Scraper {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const options = {
    agent,
    host: '127.0.0.1',
    port,
    path: '/metrics',
    headers: { 'accept-encoding': coding },
  };
  const scrape = () =>
    new Promise<Scrape>((resolve, reject) => {
      const start = performance.now();
      const outgoing = request({ ...options, signal: AbortSignal.timeout(10_000) }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => {
          if (keepsBody) chunks.push(chunk);
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          const elapsedMs = performance.now() - start;
          resolve({ status: incoming.statusCode, elapsedMs, body: Buffer.concat(chunks) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  return { scrape, close: () => agent.destroy() };
}
