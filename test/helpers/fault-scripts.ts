import type { ServerResponse } from 'node:http';

/** Faulty responses. Those with a body send the document or a part of it. */
export const NAMED_FAULTS = [
  'none',
  /** Reads the request and never responds. */
  'hang',
  /** A valid head, then one byte of the body every 100 ms. */
  'drip',
  /** RST instead of a response. */
  'reset',
  /** FIN instead of a response. */
  'hang-up',
  /** A part of the head, then FIN. */
  'half-headers',
  /** A valid head, half of the body, then FIN. */
  'truncate',
  /** As `truncate`, with chunked encoding. */
  'truncate-chunked',
  /** A valid head, half of the body, then RST. */
  'reset-body',
  /** A Content-Length that is shorter than the body. */
  'wrong-length',
  /** 200 and an HTML error page, as captive portals send. */
  'html',
  /** 200 without a body. */
  'empty',
  /** 64 MiB of zeros, with a content-length. */
  'huge',
  /** As `huge`, with chunked encoding. */
  'huge-chunked',
  /** 302 to the EC2 instance metadata service. */
  'redirect',
  /** 64 KiB of response headers. */
  'huge-headers',
  /** Bytes that are not HTTP. */
  'garbage',
  /** An unrequested 101. */
  'upgrade',
] as const;

export type NamedFault = (typeof NAMED_FAULTS)[number];

/** Sends a fault, mostly on the socket, because the HTTP module rejects most of these responses. */
export function applyNamedFault(response: ServerResponse, fault: Exclude<NamedFault, 'none'>, body: Uint8Array): void {
  const socket = response.socket;
  if (socket === null) {
    return;
  }
  const half = body.subarray(0, Math.ceil(body.length / 2));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const chunkedHead = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
  switch (fault) {
    case 'hang':
      return;
    case 'drip':
      socket.write(head);
      drip(response, body);
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'hang-up':
      socket.end();
      return;
    case 'half-headers':
      socket.end('HTTP/1.1 200 OK\r\ncontent-ty');
      return;
    case 'truncate':
      socket.write(head);
      socket.end(half);
      return;
    case 'truncate-chunked':
      socket.write(`${chunkedHead}${half.length.toString(16)}\r\n`);
      socket.end(half);
      return;
    case 'reset-body':
      socket.write(head);
      // On the loopback, written data has arrived.
      socket.write(half, () => socket.resetAndDestroy());
      return;
    case 'wrong-length':
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${half.length}\r\n\r\n`);
      socket.write(body);
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><title>Please log in</title>');
      return;
    case 'empty':
      response.writeHead(200, { 'content-length': '0' }).end();
      return;
    case 'huge':
      response.writeHead(200, { 'content-length': String(64 * 1024 * 1024) });
      flood(response);
      return;
    case 'huge-chunked':
      response.writeHead(200);
      flood(response);
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
      return;
    case 'huge-headers':
      socket.write(`HTTP/1.1 200 OK\r\nx-filler: ${'x'.repeat(64 * 1024)}\r\ncontent-length: 2\r\n\r\n{}`);
      return;
    case 'garbage':
      socket.write('SSH-2.0-OpenSSH_9.9\r\n\r\n');
      return;
    case 'upgrade':
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      return;
  }
}

function drip(response: ServerResponse, body: Uint8Array): void {
  let sent = 0;
  const timer = setInterval(() => response.socket?.write(body.subarray(sent, ++sent)), 100);
  response.on('close', () => clearInterval(timer));
}

/** Sends zeros until 64 MiB are sent or the client has disconnected. */
function flood(response: ServerResponse): void {
  const block = Buffer.alloc(64 * 1024);
  let left = 1024;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left--;
      if (!response.write(block)) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}
