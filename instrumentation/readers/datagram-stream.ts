import { Writable } from 'node:stream';

/**
 * A stream whose every write is one datagram to a Unix socket. Node has no Unix datagrams of its own; the package that
 * brings them is native code, and optional: it is loaded when a socket is asked for.
 *
 * Nothing ends the stream but its end: an agent that is away, or restarts, is found again at the next write.
 */
export async function openDatagramStream(path: string, onError: (error: Error) => void): Promise<Writable> {
  const { DgramSocket } = await import('node-unix-socket');
  const socket = new DgramSocket();
  socket.on('error', onError);
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        socket.sendTo(chunk, 0, chunk.length, path, (error) => {
          if (error !== undefined) onError(error);
          done();
        });
      } catch (error) {
        onError(error instanceof Error ? error : new Error(`cannot send to ${path}`));
        done();
      }
    },
    final(done) {
      socket.close();
      done();
    },
  });
}
