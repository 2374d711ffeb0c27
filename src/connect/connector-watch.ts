import type pg from 'pg';
import type { Logger } from 'pino';
import { connectorRestarts, connectorUp } from '../platform/metrics.js';
import { connectorStatus, isRunning, restartConnector } from './connector.js';
import { readSlots, type SlotHealth } from './slot-health.js';
import type { Progress } from './slot-progress.js';
import { readStreams, type Stream } from './streams.js';
import { progressWhileRunning, troubleOf, waitAfter, type Trouble } from './trouble.js';

const EVERY_MS = 3_000;
const CONNECT_ANSWERS_MS = 3_000;
/** After so long without trouble the next restart is a first one again. */
const CALM_MS = 60_000;

type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

interface WatchOptions {
  /** Two connections of it are used; one is held for as long as this process is the one that restarts. */
  pool: pg.Pool;
  connectUrl: string;
  log: Log;
  /** How long a slot may stand still; half a minute. */
  stuckMs?: number;
}

interface Watched extends Stream {
  progress?: Progress;
  /** What was said last. */
  trouble?: string;
  attempts: number;
  notBefore: number;
  calmSince: number;
}

/**
 * Looks at connectors and slots every few seconds and restarts what failed or stands still, each time waiting longer.
 * Every worker looks, one of them restarts: the one that has the session's advisory lock, which ends with it.
 */
export function watchConnectors(options: WatchOptions): { stop(): Promise<void> } {
  const { pool, log } = options;
  const watched = readStreams().map((stream): Watched => ({
    ...stream,
    attempts: 0,
    notBefore: 0,
    calmSince: 0,
  }));
  const leader = leadership(pool);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const look = async () => {
    // Postgres being away is in the log of whoever needs it; a restart of the connector doesn't bring it back.
    const slots = await readSlots(pool, watched).catch(() => undefined);
    const leads = slots !== undefined && (await leader.leads());
    for (const each of watched) {
      const slot = slots?.find(({ slot }) => slot === each.slot);
      await attend(each, slot, leads, options).catch((error: Error) =>
        log.warn(
          { err: error, connector: each.connector },
          `connector ${each.connector} could not be restarted`,
        ),
      );
    }
  };
  const turn = () => {
    running = look().then(() => {
      if (!stopped) timer = setTimeout(turn, EVERY_MS);
    });
  };
  turn();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      leader.resign();
    },
  };
}

async function attend(
  watched: Watched,
  slot: SlotHealth | undefined,
  leads: boolean,
  { connectUrl, log, stuckMs }: WatchOptions,
): Promise<void> {
  const { connector } = watched;
  const asked = await connectorStatus(connectUrl, connector, CONNECT_ANSWERS_MS).catch(() => 'away' as const);
  if (asked === undefined && watched.optional) return;
  const now = performance.now();
  if (slot) watched.progress = progressWhileRunning(watched.progress, { asked, slot, now });
  const trouble = troubleOf({ asked, slot, now, remedy: watched.remedy }, watched.progress, stuckMs);
  const up = !trouble && asked !== 'away' && asked !== undefined && isRunning(asked);
  connectorUp.set({ connector }, up ? 1 : 0);
  say(watched, trouble, slot, log);
  if (!trouble) {
    watched.calmSince ||= now;
    if (now - watched.calmSince > CALM_MS) watched.attempts = 0;
    return;
  }
  watched.calmSince = 0;
  if (!trouble.restart || !leads || now < watched.notBefore) return;
  watched.attempts += 1;
  const wait = waitAfter(watched.attempts);
  watched.notBefore = now + wait;
  // What is made of the restart is seen from here on.
  if (watched.progress) watched.progress.movedAt = now;
  await restartConnector(connectUrl, connector, { onlyFailed: trouble.restart === 'failed' });
  connectorRestarts.inc({ connector });
  log.warn(
    { connector, attempt: watched.attempts },
    `connector ${connector} restarted (${trouble.what}); if that doesn't help, again in ${wait / 1000} s`,
  );
}

/** Once when it begins and once when it is over. */
function say(watched: Watched, trouble: Trouble | undefined, slot: SlotHealth | undefined, log: Log): void {
  const { connector, trouble: before } = watched;
  const fields = { connector, lag_bytes: slot?.lagBytes };
  if (trouble && trouble.what !== before) log.error(fields, `connector ${connector}: ${trouble.what}`);
  if (!trouble && before) log.info({ connector }, `connector ${connector} runs again`);
  watched.trouble = trouble?.what;
}

/** Whether this process holds the lock, or can have it. */
function leadership(pool: pg.Pool): { leads(): Promise<boolean>; resign(): void } {
  let session: pg.PoolClient | undefined;
  let held = false;
  const resign = () => {
    session?.release(true);
    session = undefined;
    held = false;
  };
  const ask = async () => {
    session ??= await pool.connect();
    if (held) await session.query('select');
    else {
      const lock = `select pg_try_advisory_lock(hashtext('counterfoil.connector-watch')) as held`;
      held = (await session.query<{ held: boolean }>(lock)).rows[0]!.held;
    }
    return held;
  };
  return {
    resign,
    leads: () =>
      ask().catch(() => {
        resign();
        return false;
      }),
  };
}
