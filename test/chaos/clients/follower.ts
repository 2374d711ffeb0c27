import { setTimeout as sleep } from 'node:timers/promises';
import type { Followed, History } from '../history.js';

const WAIT_SECONDS = 1;
const TIMEOUT_MS = 10_000;

/** Follows the events of the ledger through both APIs, by its cursor alone. */
export function startFollower(urls: string[], history: History): { stop(): Promise<void> } {
  const over = new AbortController();
  const follow = async () => {
    for (let turn = 0; !over.signal.aborted; turn++) {
      const page = await readFeed(urls[turn % urls.length]!, history.feed.cursor, WAIT_SECONDS).catch(
        () => [],
      );
      take(history, page);
      if (page.length === 0) await sleep(100, undefined, { signal: over.signal }).catch(() => {});
    }
  };
  const running = follow();
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}

/** What came since, when nothing is underway any more. */
export async function followToTheEnd(url: string, history: History): Promise<void> {
  for (;;) {
    const page = await readFeed(url, history.feed.cursor, 0);
    if (page.length === 0) return;
    take(history, page);
  }
}

function take({ feed }: History, page: { cursor: string; event: Followed }[]): void {
  for (const { cursor, event } of page) {
    feed.cursor = cursor;
    feed.events.push(event);
  }
}

/** A whole page, or an error: of one that broke off nothing is taken. */
async function readFeed(url: string, cursor: string | undefined, wait: number) {
  const after = cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`;
  const response = await fetch(`${url}/v1/ledgers/main/events?wait=${wait}${after}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { cursor: string; event: Followed });
}
