import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a port of this machine, with an address that stays, that can be interrupted. */
export interface Link {
  port: number;
  /** From now on it leads to another port. */
  leadTo(port: number): void;
  /** As when a network is partitioned: nothing comes through, and nobody is told. */
  interrupt(): void;
  /** What was on its way arrives after all. */
  mend(): void;
  close(): Promise<void>;
}

/**
 * @param kafka a broker says where it listens, and clients go there: its answers are made to name the link's port in
 *   place of its own
 */
export async function startLink(target: number, { kafka = false } = {}): Promise<Link> {
  const sockets = new Set<Socket>();
  let interrupted = false;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', end).on('close', () => {
        sockets.delete(from);
        end();
      });
      from.on('data', (bytes) => to.write(kafka && from === upstream ? renamed(bytes) : bytes));
      if (interrupted) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function renamed(bytes: Buffer): Buffer {
    const own = address(target);
    for (let at = bytes.indexOf(own); at >= 0; at = bytes.indexOf(own, at + 1)) address(port).copy(bytes, at);
    return bytes;
  }

  return {
    port,
    leadTo: (other) => void (target = other),
    interrupt() {
      interrupted = true;
      for (const socket of sockets) socket.pause();
    },
    mend() {
      interrupted = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As it is in Kafka's protocol: the host's text, then the port in four bytes. */
function address(port: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.write('127.0.0.1');
  bytes.writeInt32BE(port, 9);
  return bytes;
}
