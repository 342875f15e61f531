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
