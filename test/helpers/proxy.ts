import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { lastingPort } from '../real/lasting-port.ts';

/** A request to the proxy. */
export interface ProxyRequest {
  /** CONNECT, or the method of a forwarded request. */
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** A forward proxy for requests and tunnels that maps all hosts to this machine. */
export interface ForwardProxy {
  readonly port: number;
  readonly requests: readonly ProxyRequest[];
  /** Rejects every request with this status. */
  rejectStatus: number | undefined;
  close(): Promise<void>;
}

/** @param portOf local ports by `host:port` */
export async function startProxy(portOf: ReadonlyMap<string, number>): Promise<ForwardProxy> {
  const requests: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    requests.push({ method, target: url, headers });
    const { host, pathname } = new URL(url);
    const port = portOf.get(host);
    if (proxy.rejectStatus !== undefined || port === undefined) {
      response.writeHead(proxy.rejectStatus ?? 502).end();
      return;
    }
    const outgoing = request({ host: '127.0.0.1', port, method, path: pathname, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing.on('error', () => response.destroy()));
  });
  server.on('connection', keep);
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    requests.push({ method: 'CONNECT', target: url, headers });
    const port = portOf.get(url);
    if (proxy.rejectStatus !== undefined || port === undefined) {
      client.end(`HTTP/1.1 ${proxy.rejectStatus ?? 502} Refused\r\n\r\n`);
      return;
    }
    const far = keep(connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connected\r\n\r\n')));
    far.pipe(client).pipe(far);
  });
  const port = await lastingPort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const proxy: ForwardProxy = {
    port,
    requests,
    rejectStatus: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return proxy;
}
