import type pg from 'pg';
import type { Logger } from 'pino';

const HOUR_MS = 3_600_000;
const OUTBOX_KEPT = '7 days';
const SMALL_BATCH = 1_000;

/**
 * Makes days of the outbox ahead, drops read ones, deletes expired results and old quotas: now and every so often. Several
 * processes may do it at once. Resolves once the days are there, without which nothing can be recorded.
 */
export async function startHousekeeping(
  pool: pg.Pool,
  retentionHours: number,
  log: Logger,
): Promise<() => Promise<void>> {
  const makeDays = () => pool.query('select journal.make_outbox_days(7)');
  await makeDays();
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const chores: Record<string, () => Promise<unknown>> = {
    'making days of the outbox': makeDays,
    'dropping days of the outbox': () => pool.query('select journal.drop_outbox_days($1)', [OUTBOX_KEPT]),
    'deleting old quotas': () => pool.query('select journal.drop_quota_days()'),
    'deleting expired results': () => expireResults(pool, retentionHours, () => stopped),
  };
  const round = async () => {
    for (const [chore, work] of Object.entries(chores)) {
      await work().catch((error: unknown) =>
        log.warn({ err: error }, `${chore} failed; it is tried again in a quarter of an hour`),
      );
    }
  };
  const start = () => (running = running.then(round));
  void start();
  const timer = setInterval(() => void start(), HOUR_MS / 4);
  timer.unref();
  return async () => {
    stopped = true;
    clearInterval(timer);
    await running;
  };
}

async function expireResults(pool: pg.Pool, retentionHours: number, stopped: () => boolean): Promise<void> {
  for (let gone = SMALL_BATCH; gone === SMALL_BATCH && !stopped();) {
    const { rows } = await pool.query<{ gone: number }>(
      'select journal.expire_command_results(make_interval(hours => $1::int), $2) as gone',
      [retentionHours, SMALL_BATCH],
    );
    gone = rows[0]!.gone;
  }
}
