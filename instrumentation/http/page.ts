/** Prometheus' text format: what every scraper reads, whatever it says in `Accept`. */
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

/** One rendered exposition; the same object as long as the sample is the same. */
export interface Page {
  readonly body: Buffer;
  readonly contentType: string;
  /** The compressed body: made when first asked for, once, and kept beside the plain one. Rejects when zlib does. */
  gzip(): Promise<Buffer>;
}

/**
 * A page of the text format. Compression runs at level 1, off the main thread: on an exposition zlib's default level takes
 * twice the time for a body that is a tenth smaller, and level 9 ten times.
 */
export function createPage(text: string): Page {
  const body = Buffer.from(text);
  let compressed: Promise<Buffer> | undefined;
  return {
    body,
    contentType: TEXT_FORMAT,
    gzip: () => {
      compressed ??= compress(body);
      return compressed;
    },
  };
}

/** Loads zlib when it is first needed: the first page is there some milliseconds earlier, and not every scraper asks for it. */
function compress(body: Buffer): Promise<Buffer> {
  const { constants, gzip } = process.getBuiltinModule('node:zlib');
  const options = { level: constants.Z_BEST_SPEED };
  return new Promise((resolve, reject) => {
    gzip(body, options, (error, compressed) => (error === null ? resolve(compressed) : reject(error)));
  });
}

/** Who is being sent which page. Slow readers keep old pages in memory; readers of one page share it. */
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
