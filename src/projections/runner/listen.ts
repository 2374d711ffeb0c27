import type pg from 'pg';

/**
 * Calls `heard` on every NOTIFY of a channel, on a connection of its own that is opened again when it is lost.
 * Nothing relies on it: what is missed is found by the next poll.
 */
export function listen(pool: pg.Pool, channel: string, heard: () => void): { stop(): Promise<void> } {
  let stopping = false;
  let client: pg.PoolClient | undefined;
  let retry: NodeJS.Timeout | undefined;
  let opening = open();

  async function open(): Promise<void> {
    let fresh: pg.PoolClient;
    try {
      fresh = await pool.connect();
    } catch {
      again();
      return;
    }
    client = fresh;
    fresh.on('notification', heard);
    fresh.once('error', () => lose(fresh));
    fresh.once('end', () => lose(fresh));
    // Lost meanwhile, it is replaced already: only the first to notice does that.
    await fresh.query(`listen ${channel}`).then(heard, () => lose(fresh));
  }

  function lose(lost: pg.PoolClient): void {
    if (client !== lost) return;
    client = undefined;
    // Whatever it still has to say is no longer of interest, but must not go unheard.
    lost.on('error', () => {});
    lost.release(true);
    again();
  }

  function again(): void {
    if (stopping) return;
    retry = setTimeout(() => {
      opening = open();
    }, 1_000);
  }

  return {
    async stop() {
      stopping = true;
      clearTimeout(retry);
      await opening;
      clearTimeout(retry);
      const last = client;
      client = undefined;
      last?.removeAllListeners('notification');
      last?.release(true);
    },
  };
}
