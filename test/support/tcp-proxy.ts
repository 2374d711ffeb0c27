import { startLink, type Filter, type Link, type Wire } from './link.js';

/** A link that cuts connections at a COMMIT. */
export interface TcpProxy extends Link {
  /** The database's URL through the proxy. */
  url: string;
  /** From now on, for so many times: the first COMMIT a client sends is passed on, and its answer never comes back. */
  dropAnswersOfCommit(times: number): void;
  /** From now on, for so many times: a COMMIT is not passed on, and the connection is cut. */
  dropCommits(times: number): void;
  /** The next COMMIT is not passed on, and from then on there is nobody here, as `vanish` says it. */
  vanishAtCommit(): void;
  /** How many connections were cut at a COMMIT. */
  readonly cut: number;
}

/** Stands between the service and Postgres. */
export async function startTcpProxy(databaseUrl: string): Promise<TcpProxy> {
  let answers = 0;
  let commits = 0;
  let last = false;
  let cut = 0;
  const filter = (wire: Wire): Filter => {
    let swallow = false;
    return {
      up(bytes) {
        const commit = commitIn(bytes);
        if (commit < 0) return bytes;
        if (commits > 0) {
          commits--;
          cut++;
          wire.client.destroy();
          // What it would have committed arrives.
          wire.upstream.end(bytes.subarray(0, commit));
          if (last) link.vanish(true);
          last = false;
          return undefined;
        }
        if (answers > 0) {
          answers--;
          swallow = true;
        }
        return bytes;
      },
      down(bytes) {
        if (!swallow) return bytes;
        if (!bytes.includes('COMMIT\0')) return undefined;
        // Postgres has answered: the commit is done, and the client will never hear of it.
        cut++;
        wire.cut();
        return undefined;
      },
    };
  };
  const url = new URL(databaseUrl);
  const link = await startLink(Number(url.port), { filter });
  url.hostname = '127.0.0.1';
  url.port = String(link.port);
  return {
    ...link,
    url: url.href,
    dropAnswersOfCommit: (times) => void (answers = times),
    dropCommits: (times) => void (commits = times),
    vanishAtCommit: () => void ([commits, last] = [1, true]),
    get cut() {
      return cut;
    },
    get received() {
      return link.received;
    },
  };
}

/** Where a simple query `commit` begins, or the same text prepared: `Q` or `P`, a length, and the text; else -1. */
function commitIn(bytes: Buffer): number {
  return bytes.toString('latin1').search(/(Q....|P....[^\0]*\0)commit\s*;?\s*\0/is);
}
