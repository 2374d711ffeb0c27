import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Journal } from '../../src/ledger/journal/journal.js';
import type { Outcome, Request } from '../../src/ledger/journal/request.js';
import type { Command } from '../../src/ledger/rules/command.js';
import { createPool } from '../../src/platform/postgres.js';
import { createDatabase } from './postgres.js';

/** Two processes' journals over one database, and a hand that can hold an account's lock. */
export interface Rivals {
  owner: pg.Pool;
  /** Of ours and of theirs. */
  pools: [pg.Pool, pg.Pool];
  theirs: Journal;
  /** Over our pool, as after a start: it knows no account, so its first batch takes its locks first. */
  fresh(): Journal;
  /** A liability with 100 and one with 5 beside it, where that came from, and a journal of ours that knows them all. */
  accounts(): Promise<{ id: string; other: string; cash: string; ours: Journal }>;
  stateOf(id: string): Promise<{ status: string; balance: string; sequences: number[] }>;
  /** Holds accounts locked until the answer is called. */
  hold(...ids: string[]): Promise<() => Promise<void>>;
  /** Until so many wait for a lock, at most for three seconds: who waits in its own process is not seen. */
  waiting(count: number): Promise<void>;
  close(): Promise<void>;
}

const hooks = { committed: () => {}, retried: () => {} };

export async function startRivals(): Promise<Rivals> {
  const database = await createDatabase();
  const owner = createPool(database.url, { role: 'counterfoil_owner', max: 4, applicationName: 'test' });
  const writers = () =>
    createPool(database.url, { role: 'counterfoil_app', max: 6, applicationName: 'test', hot: true });
  const pools: [pg.Pool, pg.Pool] = [writers(), writers()];
  const fresh = () => new Journal(pools[0], hooks);
  return {
    ...{ owner, pools, fresh, theirs: new Journal(pools[1], hooks) },
    async accounts() {
      const ours = fresh();
      const id = randomUUID();
      const [other, cash] = [`${id}-other`, `${id}-cash`];
      await submit(ours, open(id), open(other), open(cash, 'asset'));
      for (const one of [transfer(cash, id, 100n), transfer(cash, other, 5n)]) await submit(ours, one);
      return { id, other, cash, ours };
    },
    async stateOf(id) {
      const { rows } = await owner.query(
        `select a.status, sum(case e.side when 'credit' then e.posted else -e.posted end)::text as balance,
           array_agg(e.transaction_sequence::int order by e.version) as sequences
         from journal.accounts a left join journal.entries e on e.account_no = a.no where a.id = $1 group by a.no`,
        [id],
      );
      return rows[0];
    },
    async hold(...ids) {
      const client = await owner.connect();
      await client.query('begin');
      await client.query('select from journal.accounts where id = any($1) order by no for no key update', [
        ids,
      ]);
      return async () => {
        await client.query('rollback');
        client.release();
      };
    },
    async waiting(count) {
      const text = 'select from pg_locks where not granted';
      for (const until = Date.now() + 3_000; Date.now() < until; await sleep(20)) {
        if ((await owner.query(text)).rowCount! >= count) return;
      }
    },
    async close() {
      for (const pool of [...pools, owner]) await pool.end();
      await database.drop();
    },
  };
}

export function request(command: object, key: string | null = randomUUID()): Request {
  const fingerprint = createHash('sha256').update(JSON.stringify(command, text)).digest().subarray(0, 16);
  const whose = { ledger: 'main', principal: 'test', traceId: 'x', trace: null, dryRun: false };
  return { command: command as Command, idempotencyKey: key, fingerprint, ...whose };
}
const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

export const open = (id: string, type = 'liability') =>
  request({
    ...{ command: 'open_account', id, type, currency: 'USD', metadata: {} },
    ...{ minBalance: type === 'asset' ? null : 0n, maxBalance: null },
  });
export const transfer = (from: string, to: string, amount: bigint, more: object = {}) =>
  request({ command: 'transfer', from, to, amount, ...more });
export const patch = (id: string, more: object) => request({ command: 'update_account', id, ...more }, null);
export const setStatus = (id: string, status: string) => request({ command: 'set_status', id, status });

export async function submit(
  journal: Journal,
  ...requests: Request[]
): Promise<Outcome & { said: string; code: string }> {
  const outcomes = await journal.append(requests);
  const last = outcomes.at(-1)!;
  const { code } = JSON.parse(last.body);
  return { ...last, said: outcomes.map(({ status }) => status).join(), code };
}

/** Each gets in the queue for the account's lock in the order given; then it is let go. */
export async function race(rivals: Rivals, id: string, runs: (() => ReturnType<typeof submit>)[]) {
  const letGo = await rivals.hold(id);
  const running = [];
  for (const run of runs) {
    running.push(run());
    await rivals.waiting(running.length);
  }
  await letGo();
  return Promise.all(running);
}

/** The next connection of a pool is slow to say this answer: what it was told is old when it goes on. */
export function slowOnce(pool: pg.Pool, name: string, work: () => Promise<unknown>): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  pool.connect = (async () => {
    const client = await connect();
    pool.connect = connect as typeof pool.connect;
    const { query } = client;
    const said = query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.query = (async (...args: [{ name?: string }]) => {
      const answer = await said(...args);
      if (args[0]?.name === name) {
        client.query = query;
        await work();
      }
      return answer;
    }) as unknown as typeof client.query;
    return client;
  }) as typeof pool.connect as never;
}
