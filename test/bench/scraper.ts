import { Agent, request } from 'node:http';

export interface Scrape {
  readonly status: number | undefined;
  /** From the request to the last byte of the response. */
  readonly elapsedMs: number;
  /** Empty unless bodies are kept. */
  readonly body: Buffer;
}

export interface Scraper {
  /** Rejects after the timeout. */
  scrape(): Promise<Scrape>;
  close(): void;
}

export interface ScraperOptions {
  /** @default 'identity' */
  readonly coding?: 'gzip' | 'identity';
  /** @default true */
  readonly keepsBody?: boolean;
  /** @default '/metrics' */
  readonly path?: string;
  /** @default 10000, as in Prometheus */
  readonly timeoutMs?: number;
}

/** A client with one keep-alive connection, as in Prometheus. Bodies are not decompressed. */
export function createScraper(port: number, options: ScraperOptions = {}): Scraper {
  const { coding = 'identity', keepsBody = true, path = '/metrics', timeoutMs = 10_000 } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const target = { agent, host: '127.0.0.1', port, path, headers: { 'accept-encoding': coding } };
  const scrape = () =>
    new Promise<Scrape>((resolve, reject) => {
      const start = performance.now();
      const outgoing = request({ ...target, signal: AbortSignal.timeout(timeoutMs) }, (incoming) => {
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

/** The current page, in the given content coding. */
export async function scrapeOnce(port: number, coding: 'gzip' | 'identity' = 'identity'): Promise<Buffer> {
  const scraper = createScraper(port, { coding });
  try {
    return (await scraper.scrape()).body;
  } finally {
    scraper.close();
  }
}
