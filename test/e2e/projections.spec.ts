import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createPool } from '../../src/platform/postgres.js';
import { InvalidCursor } from '../../src/platform/cursor.js';
import { accountsPosition, listAccounts, readBalance } from '../../src/projections/balances/queries.js';
import { markComplete } from '../../src/projections/complete.js';
import { freshness } from '../../src/projections/freshness.js';
import { linesThrough, listLines } from '../../src/projections/lines/queries.js';
import { projections } from '../../src/projections/projection.js';
import { prepareOffsets } from '../../src/projections/runner/kafka-offsets.js';
import type { RunningSource } from '../../src/projections/runner/source.js';
import { startTail } from '../../src/projections/runner/tail.js';
import { listTransactions, transactionsPosition } from '../../src/projections/transactions/queries.js';
import { openAccounts, record, type Leg } from '../support/journal-writer.js';
import { applyMessages } from '../support/kafka-messages.js';
import { createDatabase } from '../support/postgres.js';

type Log = { level: string; message: string }[];

let database: { url: string; drop(): Promise<void> };
let pool: pg.Pool;
let writers: pg.Pool;
let running: RunningSource[] = [];
let log: Log;
/** Transactions of writers that a failed test may leave behind. */
const open = new Set<pg.PoolClient>();

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { role: 'counterfoil_projector', max: 12, applicationName: 'test' });
  writers = createPool(database.url, { role: 'counterfoil_app', max: 12, applicationName: 'test-writers' });
  await write((client) => openAccounts(client, ['cash', 'cash2', 'alice', 'bob', 'carol']));
});

afterAll(async () => {
  await pool.end();
  await writers.end();
  await database.drop();
});

beforeEach(() => {
  log = [];
});

afterEach(async () => {
  for (const client of open) client.release(true);
  open.clear();
  await Promise.all(running.map((source) => source.stop()));
  running = [];
});

describe('the tail', () => {
  it('first replays the journal, then follows the outbox, to the same rows as a replay of everything', async () => {
    await transfer('cash', 'alice', 100n, { metadata: { a: 1, ключ: [true, null, 1e21] }, reference: 'r-1' });
    tail();
    await caughtUp();
    await transfer('cash', 'bob', 70n, { metadata: { b: { c: 'd' } }, description: 'x "quoted", {braced}' });
    await transfer('alice', 'bob', 30n);
    await write((client) => record(client, [leg('cash', 'debit', 5n), leg('cash', 'credit', 5n)]));
    await caughtUp();
    const live = await readModel();
    await stopAll();
    await rebuild();
    expect(await readModel()).toEqual(live);
    await agreesWithTheJournal();
  });

  it('misses nothing when commits come out of order and a writer stays open', async () => {
    tail();
    await caughtUp();
    const slow = await begun();
    const held = await record(slow, [leg('cash2', 'debit', 1n), leg('carol', 'credit', 1n)]);
    for (let n = 0; n < 20; n += 1) await transfer('cash', 'alice', 1n);
    await until(async () => (await appliedSequences()).length === (await journalSize()));
    // Later ones are applied although an earlier sequence is still open.
    expect(await appliedSequences()).not.toContain(held.sequence);
    await commit(slow);
    await until(async () => (await appliedSequences()).includes(held.sequence));
    await agreesWithTheJournal();
  });

  it('goes on while a transaction is open in another database', async () => {
    const other = new pg.Client({ connectionString: database.url.replace(/\/[^/]*$/, '/postgres') });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('select pg_current_xact_id()');
      tail();
      await transfer('cash', 'alice', 3n);
      await caughtUp();
    } finally {
      await other.end();
    }
  });

  it('reads a large difference page by page, with writers that commit between the pages', async () => {
    for (let n = 0; n < 25; n += 1) await transfer('cash', 'bob', 2n);
    const slow = await begun();
    const held = await record(slow, [leg('cash2', 'debit', 1n), leg('carol', 'credit', 1n)]);
    tail({ pageSize: 3 });
    await until(async () => (await appliedSequences()).length === (await journalSize()));
    await commit(slow);
    for (let n = 0; n < 10; n += 1) await transfer('cash', 'bob', 2n);
    await until(async () => (await appliedSequences()).includes(held.sequence));
    await caughtUp();
    await agreesWithTheJournal();
  });

  it('runs in several processes at once under concurrent writers', async () => {
    tail({ pageSize: 5 });
    tail({ pageSize: 7 });
    tail();
    const pairs: [string, string][] = [
      ['cash', 'alice'],
      ['cash2', 'bob'],
      ['alice', 'carol'],
      ['carol', 'cash2'],
    ];
    await Promise.all(
      pairs.map(async ([from, to]) => {
        for (let n = 0; n < 25; n += 1) await transfer(from, to, 1n);
      }),
    );
    await caughtUp();
    await agreesWithTheJournal();
    expect(log.filter((line) => line.level !== 'info')).toEqual([]);
  });

  it('is woken by a notification', async () => {
    tail({ pollMs: 60_000 });
    await caughtUp();
    await transfer('cash', 'alice', 1n);
    await writers.query('notify counterfoil_events');
    await caughtUp(2_000);
  });

  it('stops at a checkpoint of another cluster and asks for a rebuild', async () => {
    await pool.query(`update projections.checkpoints set position = jsonb_set(position, '{system}', '"1"')`);
    tail();
    await until(async () => log.some((line) => line.message.includes('restored copy: rebuild')));
    await pool.query('delete from projections.checkpoints');
  });

  it('makes a dead letter of an event it cannot apply, for each projection, and goes on', async () => {
    tail();
    await caughtUp();
    await owned(
      `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload)
       values (nextval('journal.sequence'), 'x', 'ledger.transactions', 'x', 'x', 'x', 'x', 'x', '{"event_type":')`,
    );
    await transfer('cash', 'alice', 1n);
    await caughtUp();
    const letters = async () =>
      (
        await pool.query(
          'select projection, source, cause, stack, times, payload from projections.dead_letters order by projection',
        )
      ).rows;
    await until(async () => (await letters()).length > 0);
    const rows = await letters();
    expect(rows.map(({ projection }) => projection)).toEqual(projections.map(({ name }) => name).sort());
    expect(rows[0]).toMatchObject({
      source: expect.stringMatching(/^outbox \d+$/),
      cause: expect.stringMatching(/JSON.*\(outbox \d+\)$/),
      stack: expect.stringContaining('at '),
      times: 1,
      payload: '{"event_type":',
    });
    expect(log.filter(({ level }) => level === 'error')).toHaveLength(projections.length);
    await owned(`delete from journal.outbox where event_id = 'x'`);
    await owned('delete from projections.dead_letters');
    await agreesWithTheJournal();
  });
});

describe('messages from Kafka', () => {
  const fetched = { topic: 't', partition: 0, cluster: 'c', fetched: '0' };

  it('come to the same rows shuffled, twice and over several partitions', async () => {
    for (let n = 0; n < 10; n += 1) await transfer('cash', n % 2 ? 'alice' : 'bob', BigInt(n + 1));
    await rebuild();
    const expected = await readModel();
    await empty();
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from journal.outbox where aggregatetype = 'ledger.transactions' order by md5(event_id)`,
    );
    const messages = [...rows, ...rows.slice().reverse()].map((row, n) => message(n, row.payload));
    await prepareOffsets(
      pool,
      'c',
      [0, 1, 2].map((partition) => ({ partition, low: '0', high: '0' })),
      quiet(),
    );
    await Promise.all(
      [0, 1, 2].map(async (partition) => {
        for (let n = 0; n < messages.length; n += 7) {
          const part = messages
            .slice(n, n + 7)
            .filter((_, index) => partition === 0 || index % partition === 0);
          await applyMessages(pool, { ...fetched, partition }, part);
        }
      }),
    );
    expect(await readModel()).toEqual(expected);
  });

  it('that come out of order leave a hole, which readers are told of until it is filled', async () => {
    await write((client) => openAccounts(client, ['hole']));
    for (let n = 1; n <= 3; n += 1) await transfer('cash', 'hole', 1n);
    const { no } = (await readBalance(pool, 'main', 'hole'))!;
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from journal.outbox where aggregatetype = 'ledger.transactions'
       order by sequence desc limit 3`,
    );
    const [third, second, first] = rows.map((row) => row.payload);
    const next = await nextOffset();
    const apply = (offset: number, payload: string) =>
      applyMessages(pool, { ...fetched, fetched: String(offset) }, [message(offset, payload)]);
    expect(await linesThrough(pool, no, 0)).toBe('0');
    expect(await linesThrough(pool, no, 1)).toBeUndefined();
    await apply(next, first!);
    await apply(next + 1, third!);
    expect((await readBalance(pool, 'main', 'hole'))!.version).toBe('3');
    expect(await linesThrough(pool, no, 0)).toBeUndefined();
    expect(await linesThrough(pool, no, 3)).toBeUndefined();
    await apply(next + 2, third!);
    expect(await linesThrough(pool, no, 3)).toBeUndefined();
    await apply(next + 3, second!);
    expect(await linesThrough(pool, no, 3)).toBe('3');
    expect(await linesThrough(pool, no, 4)).toBeUndefined();
  });

  it('are passed over before the checkpoint, and fetched again from it when they lie beyond', async () => {
    const next = await nextOffset();
    expect(await applyMessages(pool, fetched, [message(next - 1, 'not JSON, but applied long ago')])).toEqual(
      {},
    );
    const beyond = { ...fetched, fetched: String(next + 3) };
    expect(await applyMessages(pool, beyond, [message(next + 3, '{}')])).toEqual({ seek: String(next) });
  });

  it('leave nothing behind when one of them cannot be applied, and say which', async () => {
    const wrong = message(9_999, '{"event_type":"ledger.transaction.posted","sequence":"1"}');
    await expect(applyMessages(pool, fetched, [wrong])).rejects.toThrow('no transaction (t[0]@9999)');
    await expect(
      applyMessages(pool, { ...fetched, cluster: 'other', fetched: '5' }, [wrong]),
    ).resolves.toEqual({
      seek: '0',
    });
  });

  it('give way to the tail, which replays, when it takes over', async () => {
    tail();
    const sources = async () =>
      (await pool.query('select source, partition from projections.checkpoints')).rows;
    await until(async () => JSON.stringify(await sources()) === '[{"source":"tail","partition":"tail"}]');
    await expect(applyMessages(pool, fetched, [message(0, '{}')])).rejects.toThrow('now fed by the tail');
  });
});

describe('queries', () => {
  beforeAll(async () => {
    await write((client) => openAccounts(client, ['cash-q', 'q-one', 'q-two']));
    for (let n = 1; n <= 5; n += 1) {
      await transfer('cash-q', 'q-one', BigInt(n), {
        reference: `q-${n}`,
        metadata: { n, s: String(n), even: n % 2 === 0 },
      });
    }
    await write((client) =>
      record(client, [leg('cash-q', 'debit', 9n), leg('q-two', 'credit', 4n), leg('q-two', 'credit', 5n)]),
    );
    const pending = (account: string, side: Leg['side'], amount: bigint): Leg => ({
      account,
      side,
      pending: amount,
    });
    const held = (captured: bigint, released: bigint, remaining: bigint) => ({
      ...{ id: randomUUID(), amount: 7n, captured, released, remaining, expiresAt: null },
    });
    const hold = await write((client) =>
      record(client, [pending('q-one', 'debit', 7n), pending('q-two', 'credit', 7n)], {
        kind: 'hold',
        hold: held(0n, 0n, 7n),
      }),
    );
    await write((client) =>
      record(
        client,
        [
          { ...pending('q-one', 'debit', -7n), posted: 3n },
          { ...pending('q-two', 'credit', -7n), posted: 3n },
        ],
        {
          kind: 'capture',
          rootId: hold.id,
          parentId: hold.id,
          step: 1,
          hold: held(3n, 4n, 0n),
        },
      ),
    );
    await rebuild();
  });

  it('read one balance', async () => {
    expect(await readBalance(pool, 'main', 'q-two')).toMatchObject({
      id: 'q-two',
      version: '4',
      posted_credits: '12',
    });
    expect(await readBalance(pool, 'main', 'nobody')).toBeUndefined();
  });

  it('list accounts by filters, newest first, page by page', async () => {
    const ids = async (filters: object) =>
      (await listAccounts(pool, 'main', filters, 50)).rows.map((row) => row.id);
    expect(await ids({ id_prefix: 'q-' })).toEqual(['q-two', 'q-one']);
    expect(await ids({ id_prefix: 'q-', balance: { gte: '12', lt: '13' } })).toEqual(['q-two', 'q-one']);
    expect(await ids({ id_prefix: 'q', balance: { eq: '-12' } })).toEqual([]);
    expect(await ids({ type: 'asset', currency: 'USD', status: 'open', balance: { eq: '24' } })).toEqual([
      'cash-q',
    ]);
    expect(await ids({ metadata: { name: 'q-one', tier: '1' } })).toEqual(['q-one']);
    const first = await listAccounts(pool, 'main', { id_prefix: 'q-' }, 1);
    const second = await listAccounts(
      pool,
      'main',
      { id_prefix: 'q-' },
      1,
      accountsPosition('main', first.next_cursor!),
    );
    expect([first.rows[0]!.id, second.rows[0]!.id, second.next_cursor]).toEqual(['q-two', 'q-one', null]);
    expect(() => accountsPosition('main', 'nonsense')).toThrow(InvalidCursor);
    expect(() => accountsPosition('other', first.next_cursor!)).toThrow(InvalidCursor);
  });

  it('list transactions by filters', async () => {
    const count = async (filters: object) => (await listTransactions(pool, 'main', filters, 50)).rows.length;
    expect(await count({ reference: 'q-3' })).toBe(1);
    expect(await count({ metadata: { n: '3' } })).toBe(1);
    expect(await count({ metadata: { s: '3' } })).toBe(1);
    expect(await count({ metadata: { even: 'true' }, kind: 'posting' })).toBe(2);
    expect(await count({ metadata: { n: '1e999' } })).toBe(0);
    expect(await count({ account: 'q-two' })).toBe(3);
    expect(await count({ account: 'q-one', status: 'posted' })).toBe(6);
    expect(await count({ account: 'nobody' })).toBe(0);
    expect(await count({ status: 'captured' })).toBe(1);
    expect(await count({ status: 'pending' })).toBe(0);
    expect(await count({ from: '2199-01-01T00:00:00Z' })).toBe(0);
    expect(await count({ to: '1990-01-01T00:00:00Z' })).toBe(0);
  });

  it.each([{ account: 'q-one' }, { metadata: {} }])(
    'page transactions without gap or repetition: %j',
    async (filters) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listTransactions(
          pool,
          'main',
          filters,
          2,
          transactionsPosition('main', filters, cursor),
        );
        seen.push(...page.rows.map((row) => row.sequence));
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      const whole = await listTransactions(pool, 'main', filters, 1_000);
      expect(seen).toEqual(whole.rows.map((row) => row.sequence));
      const { rows } = await pool.query<{ sequence: string }>(
        `select sequence from journal.transactions where sequence = any($1::bigint[])
         order by recorded_at desc, sequence desc`,
        [seen],
      );
      expect(seen).toEqual(rows.map(({ sequence }) => sequence));
    },
  );

  it('list the lines of an account', async () => {
    const { no } = (await readBalance(pool, 'main', 'q-two'))!;
    const rows = await listLines(pool, no, { limit: 3 }, '4');
    expect(rows.map((row) => [row.version, row.posted, row.pending])).toEqual([
      ['4', '3', '-7'],
      ['3', '0', '7'],
      ['2', '5', '0'],
    ]);
    const { recorded_at: from, version: beforeVersion } = rows[2]!;
    expect(await listLines(pool, no, { from, beforeVersion, limit: 3 }, '4')).toMatchObject([
      { version: '1' },
    ]);
  });

  it('say how far the read model is behind', async () => {
    expect(await freshness(pool)).toMatchObject({ lag_events: 0, lag_seconds: 0, source: 'tail' });
    await transfer('cash', 'alice', 1n);
    const stale = await freshness(pool);
    expect(stale).toMatchObject({ lag_events: 1, source: 'tail' });
    expect(stale.lag_seconds).toBeGreaterThan(0);
    tail();
    await caughtUp();
    expect(await freshness(pool)).toMatchObject({ lag_events: 0, lag_seconds: 0 });
  });
});

describe('up to where the read model is complete', () => {
  const complete = async () =>
    (await pool.query('select sequence, next, as_of from projections.complete')).rows[0];
  const mark = async (times = 2) => {
    for (let n = 0; n < times; n += 1) await markComplete(pool);
  };
  const forget = async (sequence: string) => {
    const { rows } = await pool.query(
      'delete from transactions_v1.transactions where sequence = $1 returning *',
      [sequence],
    );
    return async () => {
      const columns = Object.keys(rows[0]);
      const places = columns.map((_, index) => `$${index + 1}`).join(', ');
      await pool.query(
        `insert into transactions_v1.transactions (${columns.join(', ')}) values (${places})`,
        Object.values(rows[0]),
      );
    };
  };

  it('is known soon after the events came, and is not written again while nothing comes', async () => {
    const { recordedAt, sequence } = await transfer('cash', 'alice', 1n);
    tail();
    await caughtUp();
    await mark();
    const known = await complete();
    expect(known.sequence).toBe(sequence);
    expect(known.as_of > recordedAt).toBe(true);
    await mark(3);
    expect(await complete()).toEqual(known);
    const { as_of, lag_events } = await freshness(pool);
    expect(lag_events).toBe(0);
    expect(as_of > known.as_of).toBe(true);
  });

  it('stays before an event that was passed by, however much comes after it, and goes on when it comes', async () => {
    const lost = await transfer('cash', 'alice', 1n);
    for (let n = 0; n < 300; n += 1) await transfer('cash', 'bob', 1n);
    tail();
    await caughtUp();
    const bringBack = await forget(lost.sequence);
    await mark(4);
    expect((await complete()).sequence).toBe(String(BigInt(lost.sequence) - 1n));
    const stale = await freshness(pool);
    expect(stale.lag_events).toBe(1);
    expect(stale.as_of < lost.recordedAt).toBe(true);
    await bringBack();
    await mark(4);
    expect(await freshness(pool)).toMatchObject({ lag_events: 0 });
    expect((await complete()).as_of > lost.recordedAt).toBe(true);
  });

  it('waits for a writer that has drawn its number and done nothing else since', async () => {
    tail();
    await caughtUp();
    await mark(4);
    const late = await begun();
    const { rows } = await late.query<{ sequence: string; now: string }>(
      `select pg_current_xact_id() as xid, nextval('journal.sequence') as sequence, clock_timestamp() as now`,
    );
    const { sequence, now } = rows[0]!;
    await mark(6);
    expect(BigInt((await complete()).sequence)).toBeLessThan(BigInt(sequence));
    expect((await freshness(pool)).as_of < now).toBe(true);
    await commit(late);
    await mark(6);
    expect((await complete()).sequence).toBe(sequence);
  });

  it('waits for a writer that may still commit something older', async () => {
    tail();
    await caughtUp();
    await mark(4);
    const before = await complete();
    const late = await begun();
    const old = await record(late, [leg('cash', 'debit', 1n), leg('carol', 'credit', 1n)]);
    await transfer('alice', 'bob', 1n);
    await caughtUp();
    await mark(4);
    expect((await complete()).sequence).toBe(before.sequence);
    expect((await freshness(pool)).as_of < old.recordedAt).toBe(true);
    await commit(late);
    await caughtUp();
    await mark(4);
    expect(BigInt((await complete()).sequence)).toBeGreaterThan(BigInt(old.sequence));
  });
});

function leg(account: string, side: Leg['side'], posted: bigint): Leg {
  return { account, side, posted };
}

async function begun(): Promise<pg.PoolClient> {
  const client = await writers.connect();
  open.add(client);
  await client.query('begin');
  return client;
}

async function commit(client: pg.PoolClient): Promise<void> {
  await client.query('commit');
  open.delete(client);
  client.release();
}

async function write<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await begun();
  const result = await work(client);
  await commit(client);
  return result;
}

function transfer(from: string, to: string, amount: bigint, extra: Parameters<typeof record>[2] = {}) {
  return write((client) => record(client, [leg(from, 'debit', amount), leg(to, 'credit', amount)], extra));
}

function quiet() {
  const at = (level: string) => (_: object, text: string) => void log.push({ level, message: text });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function tail(options: { pageSize?: number; pollMs?: number } = {}): void {
  running.push(startTail({ pool, log: quiet(), pollMs: 50, ...options }));
}

/** As superuser, who may what nobody should. */
async function owned(text: string): Promise<void> {
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(text);
  await owner.end();
}

async function stopAll(): Promise<void> {
  await Promise.all(running.map((source) => source.stop()));
  running = [];
}

async function empty(): Promise<void> {
  await pool.query(
    `truncate lines_v1.lines, lines_v1.coverage, balances_v1.balances, transactions_v1.transactions, holds_v1.holds,
       trial_balance_v1.volumes, trial_balance_v1.applied, daily_totals_v1.days`,
  );
  await pool.query(`update projections.complete set sequence = 0, next = null`);
  await pool.query('delete from projections.checkpoints');
}

/** From nothing, by the journal alone. */
async function rebuild(): Promise<void> {
  await empty();
  tail({ pageSize: 4 });
  await caughtUp();
  await stopAll();
}

async function until(condition: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms; log: ${JSON.stringify(log)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function caughtUp(withinMs?: number): Promise<void> {
  await until(async () => (await appliedSequences()).length === (await journalSize()), withinMs);
}

async function journalSize(): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from journal.transactions');
  return rows[0]!.n;
}

async function appliedSequences(): Promise<string[]> {
  const { rows } = await pool.query<{ sequence: string }>(
    'select sequence from transactions_v1.transactions',
  );
  return rows.map((row) => row.sequence);
}

async function nextOffset(): Promise<number> {
  const { rows } = await pool.query<{ offset: string }>(
    `select position->>'offset' as offset from projections.checkpoints where partition = '0'`,
  );
  return Number(rows[0]!.offset);
}

async function readModel(): Promise<unknown> {
  const tables = [
    'lines_v1.lines',
    'lines_v1.coverage',
    'trial_balance_v1.sums',
    'trial_balance_v1.applied',
    'daily_totals_v1.days',
    'balances_v1.balances',
    'transactions_v1.transactions',
    'holds_v1.holds',
  ];
  return Promise.all(
    tables.map(async (table) => (await pool.query(`select * from ${table} t order by t::text`)).rows),
  );
}

async function agreesWithTheJournal(): Promise<void> {
  const totals = 'account_no, version, posted_debits, posted_credits, pending_debits, pending_credits';
  const ofTransactions = `
    (select 'sums', currency, a.type, sum(case side when 'debit' then posted else -posted end)
     from journal.entries e join journal.accounts a on a.no = e.account_no group by 2, 3
     having sum(case side when 'debit' then posted else -posted end) <> 0
     except select 'sums', currency, account_type, sum(debits - credits) from trial_balance_v1.sums group by 2, 3)
    union all
    (select 'days', account_no::text, effective_at::date::text, sum(posted) from journal.entries where posted <> 0
     group by 2, 3 except select 'days', account_no::text, day::text, debits + credits from daily_totals_v1.days)`;
  expect((await pool.query(ofTransactions)).rows).toEqual([]);
  const { rows } = await pool.query(`
    (select 'lines', ${totals} from journal.entries except select 'lines', ${totals} from lines_v1.lines)
    union all
    (select 'balances', e.* from (select distinct on (account_no) ${totals} from journal.entries
                                  order by account_no, version desc) e
     except select 'balances', ${totals} from balances_v1.balances)`);
  expect(rows).toEqual([]);
}

function message(offset: number, payload: string) {
  return { offset: String(offset), value: Buffer.from(payload) } as Parameters<
    typeof applyMessages
  >[2][number];
}
