import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export async function open(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(port, host);
  // The server cuts connections here on purpose; what matters is what came before, and when.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything the server sends from now on until it closes the connection, and how long that took. */
export async function readToEnd(socket: Socket): Promise<{ text: string; elapsedMs: number }> {
  const start = performance.now();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  // Not events.once: it rejects when a reset comes before the end.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return { text: Buffer.concat(chunks).toString('latin1'), elapsedMs: performance.now() - start };
}

/** Opens a connection, sends `bytes` and reads until the server closes. */
export async function exchange(port: number, bytes: string | Buffer): Promise<{ text: string; elapsedMs: number }> {
  const socket = await open(port);
  socket.write(bytes);
  return readToEnd(socket);
}

/** Waits until `condition` holds; fails after two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (const start = performance.now(); !condition(); await sleep(5)) {
    if (performance.now() - start > 2_000) throw new Error(`never true: ${condition}`);
  }
}
