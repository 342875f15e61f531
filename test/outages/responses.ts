/** Responses of OTLP receivers. */
import type { ServerResponse } from 'node:http';
import type { Answer } from '../helpers/fault-receiver.ts';

type Headers = Readonly<Record<string, string>>;

/** Body of error responses; must not appear in a log. */
export const CANARY = 'c4n4ry-of-the-receiver';

const plain = (status: number, headers: Headers, body: string | Uint8Array) => (response: ServerResponse) =>
  void response.writeHead(status, headers).end(body);

/** Rejects the export. */
export const refused = (status: number, headers: Headers = {}): Answer => ({ send: plain(status, headers, CANARY) });

/** Accepts the export. */
export const accepted = (body: string | Uint8Array = ''): Answer => ({ send: plain(200, {}, body), isAccepted: true });

export const GOOD = accepted();

/** Accepts the export after `ms`. */
export const late = (ms: number): Answer => ({
  send: (response) => void setTimeout(() => GOOD.send(response), ms),
  isAccepted: true,
});

const below = (send: (response: ServerResponse) => void): Answer => ({ send });

export const NO_RESPONSE: Answer = below(() => {});

/** Resets the connection after the head of the request. */
export const RESET_EARLY: Answer = { send: ({ socket }) => void socket?.resetAndDestroy(), isEarly: true };

/** Accepts the export, and resets the connection before the response. */
export const ACCEPT_THEN_RESET: Answer = { send: ({ socket }) => void socket?.resetAndDestroy(), isAccepted: true };

/** Sends `more` every 50 ms without end, in the head or in the body. */
export const endless = (start: string, more = 'x'): Answer =>
  below(({ socket }) => {
    socket?.write(start);
    const timer = setInterval(() => socket?.write(more), 50);
    socket?.once('close', () => clearInterval(timer));
  });

export const LARGE_BODY: Answer = below(
  (response) => void response.writeHead(200).end(Buffer.alloc(8 * 1024 ** 2, 120)),
);

export const TRUNCATED_HEAD: Answer = below(({ socket }) => void socket?.end('HTTP/1.1 200 OK\r\ncontent-ty'));

export const NOT_HTTP: Answer = below(({ socket }) => void socket?.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'));

/** Switches to another protocol. */
export const SWITCHING_PROTOCOLS: Answer = below(
  ({ socket }) => void socket?.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
);

export const LARGE_HEAD: Answer = below(
  ({ socket }) => void socket?.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(64 * 1024)}\r\ncontent-length: 0\r\n\r\n`),
);

/** Rejects the request before reading its body. */
export const TOO_LARGE: Answer = {
  send: ({ socket }) => void socket?.end('HTTP/1.1 413 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  isEarly: true,
};

/** Accepts the export with a web page. */
export const WEB_PAGE: Answer = accepted('<!DOCTYPE html><title>Please log in</title>');

export const CONTINUE_FIRST: Answer = {
  send(response) {
    response.writeContinue();
    GOOD.send(response);
  },
  isAccepted: true,
};

/** The connection's end marks the response's end. */
export const HTTP_1_0: Answer = { send: ({ socket }) => void socket?.end('HTTP/1.0 200 OK\r\n\r\n'), isAccepted: true };

/** Sends a second response to one request. */
export const TWO_RESPONSES: Answer = {
  send: ({ socket }) =>
    void socket?.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'),
  isAccepted: true,
};
