import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const HEAD_END = Buffer.from('\r\n\r\n');
const [CR, LF] = HEAD_END;
const NOTHING = Buffer.alloc(0);

/** Twice the default limit for headers, which counts neither line ends nor colons. */
const MAX_WAITING_BYTES = 16 * 1024;

/** A TLS session holds an encrypted copy of each write until the client has read it. */
const MAX_ENCRYPTED_BYTES = 64 * 1024;

/**
 * A connection as node:http gets it: the bytes of one request head at a time, each piece when `pass` is called. Left alone,
 * node:http parses and dispatches all requests of a chunk (64 KiB, so up to 3,000) in one go, and its API offers no stop.
 * Request bodies never pass, since no route reads one.
 */
export class RequestStream extends Duplex {
  readonly #socket: Socket;
  /** The transport of requests and responses: the socket, or its TLS session after the handshake. */
  #transport: Socket | undefined;
  readonly #onBytes: () => void;
  /** Received and not passed. */
  #bytes: Buffer = NOTHING;
  /** The last bytes that were passed of the current head; its end may be in two pieces. */
  #passed: Buffer = NOTHING;
  /** True while a request waits for its response. */
  #isHeld = false;
  /** True from `onBytes` to `pass`. */
  #isAnnounced = false;
  /** True once bytes were dropped, so that no further request can follow. */
  #isOverfull = false;

  /** @param onBytes called once when there are bytes for `pass` */
  constructor(socket: Socket, onBytes: () => void) {
    super();
    this.#socket = socket;
    this.#onBytes = onBytes;
    socket.on('error', () => {});
    socket.on('close', () => this.destroy());
  }

  /** Starts reading requests. Until then, responses are dropped. */
  open(transport: Socket): void {
    this.#transport = transport;
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.on('end', () => this.push(null));
    transport.on('timeout', () => this.emit('timeout'));
    if (transport === this.#socket) return;
    transport.on('error', () => {});
    transport.on('close', () => this.destroy());
  }

  /** Part of a socket: the address of the client. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** True if more was pipelined than may wait: the connection has to end behind the response. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  /** Passes what has arrived of the current request head, unless a request is held. */
  pass(): void {
    this.#isAnnounced = false;
    if (this.#isHeld) return;
    const piece = this.#bytes.subarray(0, this.#endOfHead());
    this.#bytes = this.#bytes.subarray(piece.length);
    if (this.#bytes.length === 0) this.#transport?.resume();
    // Emits `request`, and so holds, before it returns.
    this.push(piece);
    this.#announce();
  }

  /** A request has arrived: no more bytes pass until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** The response is complete: the next request may pass. */
  release(): void {
    this.#isHeld = false;
    this.#passed = NOTHING;
    this.#announce();
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#isOverfull ||= bytes.length > MAX_WAITING_BYTES;
    // A copy, because a slice would keep the whole chunk in memory.
    this.#bytes = this.#isOverfull ? Buffer.from(bytes.subarray(0, MAX_WAITING_BYTES)) : bytes;
    this.#transport?.pause();
    this.#announce();
  }

  #announce(): void {
    if (this.#isHeld || this.#isAnnounced || this.#bytes.length === 0 || this.destroyed) return;
    this.#isAnnounced = true;
    this.#onBytes();
  }

  /** The end of the head in the bytes, or undefined. Empty lines in front of a request are no head (RFC 9112, 2.2). */
  #endOfHead(): number | undefined {
    let start = 0;
    if (this.#passed.length === 0) while (this.#bytes[start] === CR || this.#bytes[start] === LF) start += 1;
    const joined = Buffer.concat([this.#passed, this.#bytes.subarray(start)]);
    const at = joined.indexOf(HEAD_END);
    if (at >= 0) return start + at + HEAD_END.length - this.#passed.length;
    this.#passed = Buffer.from(joined.subarray(1 - HEAD_END.length));
    return undefined;
  }

  /** Part of a socket that node:http uses for the timeout between two requests. */
  setTimeout(ms: number): this {
    this.#transport?.setTimeout(ms);
    return this;
  }

  /** Part of a socket that node:http uses after the last response: closes once everything is written. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }

  /** Discards what the kernel has not sent yet, which would otherwise stay in memory after the end of the connection. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  override _read(): void {
    // `pass` decides.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#transport === undefined) callback();
    else this.#send(this.#transport, chunk, callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    const transport = this.#transport;
    if (transport === undefined) {
      callback();
      return;
    }
    transport.cork();
    for (const [index, { chunk }] of chunks.entries()) {
      // All others are the heads of responses.
      if (index === chunks.length - 1) this.#send(transport, chunk, callback);
      else transport.write(chunk);
    }
    transport.uncork();
  }

  /** Over TLS, one piece after the other. */
  #send(transport: Socket, bytes: Buffer, callback: (error?: Error | null) => void): void {
    if (transport === this.#socket || bytes.length <= MAX_ENCRYPTED_BYTES) {
      transport.write(bytes, callback);
      return;
    }
    transport.write(bytes.subarray(0, MAX_ENCRYPTED_BYTES), (error) => {
      if (error) callback(error);
      else this.#send(transport, bytes.subarray(MAX_ENCRYPTED_BYTES), callback);
    });
  }

  override _final(callback: () => void): void {
    (this.#transport ?? this.#socket).end(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#transport?.destroy();
    this.#socket.destroy();
    callback(error);
  }
}
