import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to a port of this machine, with an address that stays, that can be disturbed. */
export interface Link {
  port: number;
  /** From now on it leads to another port. */
  leadTo(port: number): void;
  /** As when a network is partitioned: nothing comes through, and nobody is told. */
  interrupt(): void;
  /** What was on its way arrives after all. */
  mend(): void;
  /** From now on everything comes later by so many milliseconds, each way. */
  delay(ms: number): void;
  /** Every connection of now is reset; new ones are made. */
  reset(): void;
  /** Until said otherwise there is nobody here: connections are cut, new ones too. */
  vanish(gone: boolean): void;
  /** How many bytes came back. */
  readonly received: number;
  close(): Promise<void>;
}

/** One connection, for who looks into it. */
export interface Wire {
  client: Socket;
  upstream: Socket;
  /** Both ends, at once. */
  cut(): void;
}

/** What becomes of the bytes of one connection: others, or none; absent: they pass. */
export interface Filter {
  up?(bytes: Buffer): Buffer | undefined;
  down?(bytes: Buffer): Buffer | undefined;
}

interface LinkOptions {
  /** A broker says where it listens, and clients go there: its answers are made to name the link's port in place of its own. */
  kafka?: boolean;
  /** Asked for each connection. */
  filter?: (wire: Wire) => Filter;
}

export async function startLink(target: number, { kafka = false, filter }: LinkOptions = {}): Promise<Link> {
  const wires = new Set<Wire>();
  let interrupted = false;
  let gone = false;
  let delayMs = 0;
  let received = 0;
  const server = createServer((client) => {
    if (gone) return void client.destroy();
    const upstream = connect(target, '127.0.0.1');
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    const wire = { client, upstream, cut };
    wires.add(wire);
    const { up, down } = filter?.(wire) ?? {};
    upstream.on('data', (bytes) => (received += bytes.length));
    pass(client, upstream, up);
    pass(upstream, client, kafka ? renamed : down);
    for (const socket of [client, upstream]) {
      socket.on('error', cut).on('close', () => {
        wires.delete(wire);
        cut();
      });
      if (interrupted) socket.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function pass(from: Socket, to: Socket, see: (bytes: Buffer) => Buffer | undefined = (bytes) => bytes) {
    let last: Promise<unknown> | undefined;
    from.on('data', (bytes: Buffer) => {
      const seen = see(bytes);
      if (!seen) return;
      if (delayMs === 0 && !last) return void to.write(seen);
      const due = performance.now() + delayMs;
      const turn = Promise.resolve(last).then(() => sleep(Math.max(0, due - performance.now())));
      last = turn;
      void turn.then(() => {
        if (last === turn) last = undefined;
        to.write(seen);
      });
    });
  }

  function renamed(bytes: Buffer): Buffer {
    const own = address(target);
    for (let at = bytes.indexOf(own); at >= 0; at = bytes.indexOf(own, at + 1)) address(port).copy(bytes, at);
    return bytes;
  }

  const each = (work: (socket: Socket) => void) =>
    wires.forEach(({ client, upstream }) => [client, upstream].forEach(work));
  return {
    port,
    leadTo: (other) => void (target = other),
    interrupt() {
      interrupted = true;
      each((socket) => void socket.pause());
    },
    mend() {
      interrupted = false;
      each((socket) => void socket.resume());
    },
    delay: (ms) => void (delayMs = ms),
    reset: () => each((socket) => void socket.resetAndDestroy()),
    vanish(now) {
      gone = now;
      if (gone) each((socket) => void socket.destroy());
    },
    get received() {
      return received;
    },
    async close() {
      each((socket) => void socket.destroy());
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
