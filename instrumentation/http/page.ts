/** Prometheus' text format, which every scraper can read, whatever its `Accept` header. */
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

/** A rendered exposition, shared by all scrapes of one sample. */
export interface Page {
  readonly body: Buffer;
  readonly contentType: string;
  /** The request headers on which the response depends. */
  readonly vary: string;
  /** The compressed body, made at the first call and then kept. Rejects if zlib fails. */
  gzip(): Promise<Buffer>;
}

export interface PageOptions {
  /** @default the text format */
  readonly contentType?: string | undefined;
  /** @default accept-encoding */
  readonly vary?: string | undefined;
}

/**
 * A page, in the text format by default. Compression runs at level 1, off the main thread: on an exposition, zlib's default level needs
 * twice the time for a body that is a tenth smaller, and level 9 ten times.
 */
export function createPage(
  text: string,
  { contentType = TEXT_FORMAT, vary = 'accept-encoding' }: PageOptions = {},
): Page {
  const body = Buffer.from(text);
  let compressed: Promise<Buffer> | undefined;
  return {
    body,
    contentType,
    vary,
    gzip: () => {
      compressed ??= compress(body);
      return compressed;
    },
  };
}

/** Loads zlib at the first compressed scrape, which saves milliseconds at startup. */
function compress(body: Buffer): Promise<Buffer> {
  const { constants, gzip } = process.getBuiltinModule('node:zlib');
  const options = { level: constants.Z_BEST_SPEED };
  return new Promise((resolve, reject) => {
    gzip(body, options, (error, compressed) => (error === null ? resolve(compressed) : reject(error)));
  });
}

/** Tracks which page each connection is being sent. Slow readers keep old pages in memory. */
export interface PageReaders<Reader> {
  begin(reader: Reader, body: Buffer): void;
  end(reader: Reader): void;
}

/**
 * Bounds the memory of pages that are still being sent.
 *
 * @param maxBytes of all distinct pages; the newest one may be larger
 * @param cut called for each reader of the oldest page while they exceed that
 */
export function createPageReaders<Reader>(maxBytes: number, cut: (reader: Reader) => void): PageReaders<Reader> {
  /** The oldest first. */
  const readers = new Map<Buffer, Set<Reader>>();
  const bodies = new Map<Reader, Buffer>();

  function end(reader: Reader): void {
    const body = bodies.get(reader);
    bodies.delete(reader);
    if (body === undefined) return;
    const others = readers.get(body);
    others?.delete(reader);
    if (others?.size === 0) readers.delete(body);
  }

  function bytes(): number {
    let sum = 0;
    for (const body of readers.keys()) sum += body.length;
    return sum;
  }

  return {
    begin(reader, body) {
      const others = readers.get(body) ?? new Set();
      readers.set(body, others.add(reader));
      bodies.set(reader, body);
      for (const [oldest, slow] of readers) {
        if (oldest === body || bytes() <= maxBytes) return;
        for (const one of [...slow]) {
          end(one);
          cut(one);
        }
      }
    },
    end,
  };
}
