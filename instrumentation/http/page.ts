import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/** Prometheus' text format: what every scraper reads, whatever it says in `Accept`. */
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

const compress = promisify(gzip);

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
      compressed ??= compress(body, { level: constants.Z_BEST_SPEED });
      return compressed;
    },
  };
}
