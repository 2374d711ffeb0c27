import type pg from 'pg';
import type { Logger } from 'pino';

const EVERY_MS = 1_000;
const DAY_MS = 86_400_000;

interface Use {
  day: string;
  /** By all processes, as of the last time it was asked. */
  used: number;
  /** By this one since. */
  here: number;
  /** Whether anybody asked since. */
  asked: boolean;
}

export interface Quotas {
  /** Commands of this UTC day, as far as is known here: those of other processes are a second late. */
  used(principal: string): number;
  count(principal: string, commands: number): void;
  /** Tells what was counted. */
  stop(): Promise<void>;
}

const add = `select principal, used::float8 as used from journal.count_commands($1::date, $2::text[], $3::bigint[])`;

/** Commands of principals with a quota, counted in memory and once a second in the database; with none, nothing is done. */
export function createQuotas(pool: pg.Pool, log: Logger): Quotas {
  const uses = new Map<string, Use>();
  const useOf = (principal: string): Use => {
    const day = new Date().toISOString().slice(0, 10);
    let use = uses.get(principal);
    if (use?.day !== day) uses.set(principal, (use = { day, used: 0, here: 0, asked: true }));
    return use;
  };
  const share = async () => {
    const names = [...uses].filter(([name, { asked }]) => asked && useOf(name).asked).map(([name]) => name);
    if (names.length === 0) return;
    const counted = names.map((name) => {
      const use = useOf(name);
      use.asked = false;
      return { name, use, commands: use.here };
    });
    const commands = counted.map((one) => one.commands);
    try {
      const { rows } = await pool.query<{ principal: string; used: number }>(add, [
        counted[0]!.use.day,
        names,
        commands,
      ]);
      const totals = new Map(rows.map(({ principal, used }) => [principal, used]));
      for (const { name, use, commands } of counted) {
        use.here -= commands;
        use.used = totals.get(name)!;
      }
    } catch (error) {
      for (const { use } of counted) use.asked = true;
      log.warn({ err: error }, 'quotas could not be counted; it is tried again in a second');
    }
  };
  let running = Promise.resolve();
  const timer = setInterval(() => void (running = running.then(share)), EVERY_MS).unref();
  return {
    used(principal) {
      const use = useOf(principal);
      use.asked = true;
      return use.used + use.here;
    },
    count: (principal, commands) => void (useOf(principal).here += commands),
    async stop() {
      clearInterval(timer);
      await running;
      await share();
    },
  };
}

export function secondsToMidnight(now = Date.now()): number {
  return Math.ceil((DAY_MS - (now % DAY_MS)) / 1000);
}
