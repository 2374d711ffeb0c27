import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { entriesPage, entriesPosition, listEntries } from '../../src/ledger/accounts/entries.js';
import { readAccount } from '../../src/ledger/accounts/read-account.js';
import { createPool } from '../../src/platform/postgres.js';
import { accountsPosition, listAccounts } from '../../src/projections/balances/queries.js';
import { inTransaction } from '../../src/projections/runner/checkpoint.js';
import { decode } from '../../src/projections/runner/incoming.js';
import { applyIncoming } from '../../src/projections/runner/rows.js';
import { appliedTo } from '../../src/projections/versions.js';
import type { TransactionFilters } from '../../src/projections/transactions/filters.js';
import { listTransactions, transactionsPosition } from '../../src/projections/transactions/queries.js';
import { openAccounts, record } from '../support/journal-writer.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

// Rows are added between two pages, in the order of time and out of it: pages don't shift, and nothing comes twice.

let database: TestDatabase;
let pool: pg.Pool;
let writers: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { role: 'counterfoil_projector', max: 4, applicationName: 'test' });
  writers = createPool(database.url, { role: 'counterfoil_app', max: 4, applicationName: 'test-writers' });
});

afterAll(async () => {
  await pool.end();
  await writers.end();
  await database.drop();
});

describe('transactions that the read model learns late', () => {
  const posted = (account: string) => () => write(account, {});
  const held = (account: string) => () => write(account, { kind: 'hold', hold: hold(7n) });
  const of = (filters: TransactionFilters) => async (limit: number, cursor?: string) => {
    const before = transactionsPosition('main', filters, cursor);
    const { rows, next_cursor } = await listTransactions(pool, 'main', filters, limit, before);
    return { found: rows.map((row) => row.sequence), next_cursor };
  };

  it.each<[string, TransactionFilters, string, () => Promise<string>]>([
    ['all', {}, 'one', posted('one')],
    ['of a kind', { kind: 'posting' }, 'two', posted('two')],
    ['by metadata', { metadata: { of: 'three' } }, 'three', posted('three')],
    ['of an account', { account: 'four' }, 'four', posted('four')],
    ['holds of a status', { status: 'pending' }, 'five', held('five')],
    ['holds of an account', { account: 'six', kind: 'hold', status: 'pending' }, 'six', held('six')],
  ])(
    '%s: those before the position are shown in their place, those after it not, and none twice',
    async (...args) => {
      const [, filters, account, add] = args;
      await open(['cash', account]);
      const since = (await listTransactions(pool, 'main', {}, 1)).rows[0]?.sequence ?? '0';
      const [s1, s2, s3, s4, s5, s6, s7, s8] = await inTurn(8, add);
      await apply([s1!, s2!, s4!, s5!, s7!, s8!]);
      const page = of(filters);
      const first = await page(3);
      expect(first.found).toEqual([s8, s7, s5]);
      const s9 = await add();
      await apply([s3!, s6!, s9]);
      const second = await page(3, first.next_cursor!);
      expect(second.found).toEqual([s4, s3, s2]);
      const rest = await page(1, second.next_cursor!);
      expect(rest.found).toEqual([s1]);
      const anew = (await page(1_000)).found.filter((sequence) => BigInt(sequence) > BigInt(since));
      expect(anew).toEqual([s9, s8, s7, s6, s5, s4, s3, s2, s1]);
    },
  );
});

describe('a hold whose capture the read model learns first', () => {
  it('is listed when it comes itself, in its place and as captured; the order of events makes no difference', async () => {
    await open(['cash', 'seven']);
    const listed = async (status: string) =>
      (await listTransactions(pool, 'main', { status }, 1_000)).rows.map((row) => row.sequence);
    const earlier = await write('seven', { kind: 'hold', hold: hold(7n) });
    const id = randomUUID();
    const late = await write('seven', { id, kind: 'hold', hold: hold(7n) });
    const part = { kind: 'capture', rootId: id, parentId: id } as const;
    const steps = [
      await write(
        'seven',
        { ...part, step: 1, hold: { ...hold(4n), captured: 3n } },
        { posted: 3n, pending: -3n },
      ),
      await write(
        'seven',
        { ...part, step: 2, hold: { ...hold(0n), captured: 7n } },
        { posted: 4n, pending: -4n },
      ),
    ];
    await apply([earlier, steps[1]!]);
    expect(await listed('captured')).toEqual([]);
    await apply([steps[0]!]);
    expect(await listed('partially_captured')).toEqual([]);
    await apply([late]);
    expect(await listed('captured')).toEqual([late]);
    expect((await listed('pending'))[0]).toBe(earlier);
    await apply([late, ...steps]);
    expect(await listed('captured')).toEqual([late]);
  });
});

describe('accounts opened between two pages', () => {
  it('are not shown, save one whose number is older but whose transaction committed late: once, in its place', async () => {
    await open(['p-1', 'p-2', 'p-3']);
    const late = await writers.connect();
    await late.query('begin');
    await openAccounts(late, ['p-late']);
    await open(['p-4', 'p-5']);
    const page = async (limit: number, cursor?: string) => {
      const before = accountsPosition('main', cursor);
      const { rows, next_cursor } = await listAccounts(pool, 'main', { id_prefix: 'p-' }, limit, before);
      return { found: rows.map((row) => row.id), next_cursor };
    };
    const first = await page(2);
    expect(first.found).toEqual(['p-5', 'p-4']);
    await late.query('commit');
    late.release();
    await open(['p-6']);
    const second = await page(2, first.next_cursor!);
    expect(second.found).toEqual(['p-late', 'p-3']);
    expect(await page(2, second.next_cursor!)).toEqual({ found: ['p-2', 'p-1'], next_cursor: null });
    expect((await page(10)).found).toEqual(['p-6', 'p-5', 'p-4', 'p-late', 'p-3', 'p-2', 'p-1']);
  });
});

describe('entries recorded between two pages', () => {
  it('shift nothing', async () => {
    await open(['cash', 'busy']);
    await inTurn(5, () => write('busy', {}));
    const account = await readAccount(pool, 'main', 'busy');
    const page = async (limit: number, cursor?: string) => {
      const beforeVersion = entriesPosition(account, cursor);
      const found = await listEntries(pool, account.no, { beforeVersion, limit: limit + 1 });
      const { rows, next_cursor } = entriesPage(account, found, limit);
      return { found: rows.map((row) => row.version), next_cursor };
    };
    const first = await page(2);
    expect(first.found).toEqual(['5', '4']);
    await inTurn(3, () => write('busy', {}));
    const second = await page(2, first.next_cursor!);
    expect(second.found).toEqual(['3', '2']);
    expect(await page(2, second.next_cursor!)).toEqual({ found: ['1'], next_cursor: null });
  });
});

const hold = (remaining: bigint) => ({
  ...{ id: randomUUID(), amount: 7n, captured: 0n, released: 0n, remaining, expiresAt: null },
});

async function open(ids: string[]): Promise<void> {
  const { rows } = await pool.query<{ id: string }>('select id from journal.accounts');
  const known = new Set(rows.map((row) => row.id));
  await inTransaction(writers, (client) =>
    openAccounts(
      client,
      ids.filter((id) => !known.has(id)),
    ),
  );
}

/** Records from cash to the account; in the journal alone. @returns its sequence */
async function write(
  account: string,
  extra: Parameters<typeof record>[2] & object,
  amounts: { posted?: bigint; pending?: bigint } = extra.hold ? { pending: 7n } : { posted: 1n },
): Promise<string> {
  const legs = (['debit', 'credit'] as const).map((side, n) => ({
    account: n ? account : 'cash',
    side,
    ...amounts,
  }));
  const more = { metadata: { of: account }, ...extra };
  return inTransaction(writers, async (client) => (await record(client, legs, more)).sequence);
}

async function inTurn(times: number, work: () => Promise<string>): Promise<string[]> {
  const results: string[] = [];
  for (let n = 0; n < times; n += 1) results.push(await work());
  return results;
}

/** Lets the read model learn of these, in this order. */
async function apply(sequences: string[]): Promise<void> {
  for (const sequence of sequences) {
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from journal.outbox where sequence = $1 and aggregatetype = 'ledger.transactions'`,
      [sequence],
    );
    const incoming = decode([{ position: sequence, payload: rows[0]!.payload }]);
    await inTransaction(pool, async (client) => applyIncoming(client, incoming, await appliedTo(client)));
  }
}
