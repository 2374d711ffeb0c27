import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  /** The database's URL through the proxy. */
  url: string;
  /** From now on, for so many times: the first COMMIT a client sends is passed on, and its answer never comes back. */
  dropAnswersOfCommit(times: number): void;
  /** From now on, for so many times: a COMMIT is not passed on, and the connection is cut. */
  dropCommits(times: number): void;
  /** The next COMMIT is not passed on, and from then on there is nobody here, as `vanish` says it. */
  vanishAtCommit(): void;
  /** Until said otherwise there is nobody here: connections are cut, new ones too. */
  vanish(gone: boolean): void;
  /** How many connections were cut. */
  readonly cut: number;
  /** How many bytes Postgres has sent. */
  readonly received: number;
  close(): Promise<void>;
}

/** Stands between the service and Postgres and cuts connections at COMMIT. */
export async function startTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let answers = 0;
  let commits = 0;
  let last = false;
  let cut = 0;
  let received = 0;
  let gone = false;
  const vanish = (now: boolean) => {
    last = false;
    gone = now;
    if (gone) for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (gone) return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    let swallow = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      const commit = commitIn(bytes);
      if (commit >= 0) {
        if (commits > 0) {
          commits--;
          cut++;
          client.destroy();
          // What it would have committed arrives.
          upstream.end(bytes.subarray(0, commit));
          if (last) vanish(true);
          return;
        }
        if (answers > 0) {
          answers--;
          swallow = true;
        }
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      received += bytes.length;
      if (!swallow) return void client.write(bytes);
      if (!bytes.includes('COMMIT\0')) return;
      // Postgres has answered: the commit is done, and the client will never hear of it.
      cut++;
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    dropAnswersOfCommit: (times) => void (answers = times),
    dropCommits: (times) => void (commits = times),
    vanishAtCommit: () => void ([commits, last] = [1, true]),
    vanish,
    get cut() {
      return cut;
    },
    get received() {
      return received;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Where a simple query `commit` begins, or the same text prepared: `Q` or `P`, a length, and the text; else -1. */
function commitIn(bytes: Buffer): number {
  return bytes.toString('latin1').search(/(Q....|P....[^\0]*\0)commit\s*;?\s*\0/is);
}
