import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export async function open(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(port, host);
  // These tests make the server reset connections.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Reads until the server closes the connection. */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  // Not events.once: it rejects when a reset comes before the end.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

/** Opens a connection, sends `bytes` and reads until the server closes. */
export async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = await open(port);
  socket.write(bytes);
  return readToEnd(socket);
}
