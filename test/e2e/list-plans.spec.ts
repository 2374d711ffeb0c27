import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { listEntries, wantedByVersion, type EntriesWanted } from '../../src/ledger/accounts/entries.js';
import { readTransactions } from '../../src/ledger/transactions/read-transactions.js';
import { createPool } from '../../src/platform/postgres.js';
import {
  accountsPosition,
  listAccounts,
  type AccountFilters,
} from '../../src/projections/balances/queries.js';
import { listLines } from '../../src/projections/lines/queries.js';
import type { TransactionFilters } from '../../src/projections/transactions/filters.js';
import { listTransactions, transactionsPosition } from '../../src/projections/transactions/queries.js';
import { noting } from '../support/explain.js';
import { fillMillion, HUB, recordedAt } from '../support/million.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

/** Small by nature, or in this test: two ledgers, three projections, no changed metadata. */
const small = ['versions', 'ledgers', 'annotations'];
/** Of 8 KiB. A million rows of any of these tables have more than 10,000, an index of them more than 2,500. */
const BLOCKS = 1_500;

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createDatabase();
  await fillMillion(database.url);
  pool = createPool(database.url, { role: 'counterfoil_app', max: 2, applicationName: 'test' });
}, 300_000);

afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** Runs a list as the service does and looks at the plans of all that it asked. @returns the rows it found */
async function planned<Row>(list: (pool: pg.Pool) => Promise<Row[]>, most = BLOCKS): Promise<Row[]> {
  const { pool: noted, explained } = noting(pool);
  const rows = await list(noted);
  for (const { text, nodes, blocks } of await explained()) {
    const read = nodes
      .filter((node) => /Seq Scan/.test(node['Node Type']))
      .map((node) => node['Relation Name']!);
    expect({ text, read: read.filter((table) => !small.includes(table)) }).toEqual({ text, read: [] });
    expect({ text, blocks, few: blocks < most }).toEqual({ text, blocks, few: true });
  }
  return rows;
}

describe('accounts among a million', () => {
  const T = 20_000_000;
  const cases: [string, AccountFilters, number, number?][] = [
    ['all', {}, 50],
    ['a type that few have', { type: 'asset' }, 50],
    ['a type that most have', { type: 'liability' }, 50],
    ['a type that none has', { type: 'expense' }, 0],
    ['a currency that few have', { currency: 'BTC/8' }, 50],
    ['a currency that many have', { currency: 'EUR' }, 50],
    ['a currency that none has', { currency: 'JPY' }, 0],
    ['type and currency that never meet', { type: 'liability', currency: 'BTC/8' }, 0],
    ['frozen', { status: 'frozen' }, 50],
    ['closed', { status: 'closed' }, 50],
    ['open', { status: 'open' }, 50],
    ['frozen, and in a currency that none is', { status: 'frozen', currency: 'BTC/8' }, 0],
    ['a prefix of few', { id_prefix: 'vip:' }, 50],
    ['a prefix of one', { id_prefix: 'vip:777' }, 1],
    ['a prefix of most', { id_prefix: 'wallet:' }, 50],
    ['a prefix of none', { id_prefix: 'nobody' }, 0],
    // They are looked through for the newest.
    ['a prefix of four thousand', { id_prefix: 'wallet:ab' }, 50, 6_000],
    ['metadata of one', { metadata: { ext: 'u777' } }, 1],
    ['metadata of many', { metadata: { tier: 'gold' } }, 50],
    ['metadata of none', { metadata: { tier: 'tin' } }, 0],
    ['metadata of two keys', { metadata: { ext: 'u777', tier: 'gold' } }, 0],
    ['overdrawn', { balance: { lt: '0' } }, 50],
    ['far overdrawn', { balance: { lt: `-${T}` } }, 0],
    ['more than anybody has', { balance: { gt: `${T}` } }, 0],
    ['not overdrawn', { balance: { gte: '0' } }, 50],
    ['empty', { balance: { eq: '0' } }, 50, 5_000],
    ['empty or overdrawn', { balance: { lte: '0' } }, 50, 5_000],
    ['something', { balance: { gt: '0' } }, 50],
    ['of two digits', { balance: { gte: '10', lt: '100' } }, 50],
    // Of the same number of digits and first digit are some ten thousand, which lie everywhere.
    ['exactly so much', { balance: { eq: '7100001' } }, 0, 12_000],
    ['frozen and overdrawn', { status: 'frozen', balance: { lt: '0' } }, 0],
    [
      'overdrawn, open, of a currency and a prefix',
      {
        balance: { lt: '0' },
        status: 'open',
        currency: 'USD',
        id_prefix: 'wallet:',
        type: 'liability',
      },
      48,
    ],
    [
      'of a type, with metadata and balance',
      { type: 'asset', metadata: { tier: 'gold' }, balance: { lt: '0' } },
      10,
    ],
  ];

  it.each(cases)('%s', async (_, filters, found, most = BLOCKS) => {
    const rows = await planned(async (noted) => (await listAccounts(noted, 'main', filters, 50)).rows, most);
    expect(rows).toHaveLength(found);
  });

  it('of a small ledger beside a large one', async () => {
    for (const filters of [{}, { type: 'liability' }, { id_prefix: 'vip:' }, { balance: { gte: '1' } }]) {
      await planned(async (noted) => (await listAccounts(noted, 'small', filters, 50)).rows);
    }
  });

  it('page after page, however far', async () => {
    const position = accountsPosition(
      'main',
      (await listAccounts(pool, 'main', { type: 'liability' }, 1)).next_cursor!,
    );
    expect(position).toBe('1000000');
    for (const filters of [{}, { type: 'liability' }, { currency: 'EUR' }, { status: 'closed' }]) {
      const rows = await planned(
        async (noted) => (await listAccounts(noted, 'main', filters, 50, '5000')).rows,
      );
      expect(rows).toHaveLength(50);
    }
  });
});

const both = async (noted: pg.Pool, ledger: string, filters: TransactionFilters, before?: string[]) => {
  const { rows } = await listTransactions(noted, ledger, filters, 50, before);
  await readTransactions(
    noted,
    rows.map(({ sequence }) => sequence),
  );
  return rows;
};

describe('transactions among a million', () => {
  const old = { from: recordedAt(1_000), to: recordedAt(2_000) };
  const cases: [string, TransactionFilters, number][] = [
    ['all', {}, 50],
    ['by reference', { reference: 'order-771' }, 1],
    ['by a reference that none has', { reference: 'nothing' }, 0],
    ['of a kind that most are', { kind: 'posting' }, 50],
    ['of a kind that few are', { kind: 'reversal' }, 50],
    ['of a kind that none is', { kind: 'expiry' }, 0],
    ['posted', { status: 'posted' }, 50],
    ['holds', { kind: 'hold' }, 50],
    ['pending holds', { kind: 'hold', status: 'pending' }, 50],
    ['pending', { status: 'pending' }, 50],
    ['expired', { status: 'expired' }, 50],
    ['captured', { status: 'captured' }, 50],
    ['partially captured', { status: 'partially_captured' }, 0],
    ['a kind with a status it never has', { kind: 'capture', status: 'captured' }, 0],
    ['holds that are posted', { kind: 'hold', status: 'posted' }, 0],
    ['metadata of one', { metadata: { order: '777' } }, 1],
    ['metadata of many', { metadata: { channel: 'web' } }, 50],
    ['metadata of an old few', { metadata: { batch: 'x' } }, 50],
    ['metadata of none', { metadata: { order: 'none' } }, 0],
    ['of a range long ago', old, 50],
    ['until long ago', { to: recordedAt(300) }, 50],
    ['of the last seconds', { from: recordedAt(999_990) }, 11],
    ['of the future', { from: recordedAt(2_000_000) }, 0],
    ['of a kind, in a range', { kind: 'reversal', from: recordedAt(500_000), to: recordedAt(600_000) }, 0],
    ['of a status, in a range', { status: 'expired', ...old }, 50],
    ['metadata of many, in a range', { metadata: { channel: 'web' }, ...old }, 50],
    ['metadata and kind', { metadata: { batch: 'x' }, kind: 'posting' }, 50],
    ['metadata and a hold’s status', { metadata: { order: '777' }, status: 'pending' }, 1],
    [
      'everything',
      { reference: 'order-1505', kind: 'posting', status: 'posted', metadata: { channel: 'web' } },
      0,
    ],
  ];

  it.each(cases)('%s', async (_, filters, found) => {
    expect(await planned((noted) => both(noted, 'main', filters), 2_500)).toHaveLength(found);
  });

  it('of a small ledger beside a large one', async () => {
    for (const filters of [{}, { kind: 'posting' }, { status: 'pending' }, { metadata: { order: '77' } }]) {
      await planned((noted) => both(noted, 'small', filters), 2_500);
    }
  });

  it('page after page, however far', async () => {
    const before = [recordedAt(900), '900'];
    for (const filters of [
      {},
      { kind: 'posting' },
      { status: 'pending' },
      { metadata: { channel: 'web' } },
    ]) {
      const rows = await planned((noted) => both(noted, 'main', filters, before), 2_500);
      expect(rows).toHaveLength(50);
      expect(rows.every(({ sequence }) => Number(sequence) < 900)).toBe(true);
    }
  });
});

describe('transactions of an account', () => {
  const hub = { account: HUB.id };
  const oneOfMany = { account: 'vip:1001' };

  it.each<[string, TransactionFilters, number, number?]>([
    ['all', hub, 50],
    ['by reference', { ...hub, reference: 'order-771' }, 1],
    ['by the reference of another’s', { ...hub, reference: 'order-772' }, 0],
    ['of a kind that few are', { ...hub, kind: 'reversal' }, 25],
    ['of a kind that none is', { ...hub, kind: 'expiry' }, 0],
    ['of a kind that most are', { ...hub, kind: 'posting' }, 50],
    ['holds', { ...hub, kind: 'hold' }, 50],
    ['pending', { ...hub, status: 'pending' }, 50],
    ['posted', { ...hub, status: 'posted' }, 50],
    ['captured', { ...hub, status: 'captured' }, 50],
    ['until long ago', { ...hub, to: recordedAt(400) }, 50],
    ['of a range long ago', { ...hub, from: recordedAt(1_000), to: recordedAt(1_020) }, 10],
    ['of a status in a range', { ...hub, status: 'pending', to: recordedAt(400) }, 20],
    ['metadata of one', { ...hub, metadata: { order: '777' } }, 1],
    ['metadata of an old few', { ...hub, metadata: { batch: 'x' } }, 50],
    // Whether they are few is found out by counting ten thousand.
    ['metadata of many', { ...hub, metadata: { channel: 'web' } }, 50, 6_000],
  ])('with half of all lines: %s', async (_, filters, found, most = 2_500) => {
    const rows = await planned((noted) => both(noted, 'main', filters), most);
    expect(rows).toHaveLength(found);
    expect(rows.every(({ sequence }) => Number(sequence) % 2 === 1)).toBe(true);
  });

  it.each<[string, TransactionFilters, number]>([
    ['all', oneOfMany, 50],
    ['reversals', { ...oneOfMany, kind: 'reversal' }, 0],
    ['pending', { ...oneOfMany, status: 'pending' }, 0],
    ['by reference', { ...oneOfMany, reference: 'order-5000' }, 1],
    ['metadata', { ...oneOfMany, metadata: { channel: 'web' } }, 0],
    ['of a range', { ...oneOfMany, from: recordedAt(5_000), to: recordedAt(15_001) }, 3],
  ])('with few lines: %s', async (_, filters, found) => {
    expect(await planned((noted) => both(noted, 'main', filters), 2_500)).toHaveLength(found);
  });

  it.each<[string, TransactionFilters, number[]]>([
    ['pending', { ...hub, status: 'pending' }, numbers((n) => n > 200 && n < 1_000 && n % 10 === 7)],
    [
      'in a range',
      { ...hub, from: recordedAt(900), to: recordedAt(1_101) },
      numbers((n) => n >= 900 && n <= 1_100 && n % 2 === 1),
    ],
    [
      'metadata',
      { ...hub, metadata: { batch: 'x' } },
      numbers((n) => n > 200 && n < 50_000 && n % 500 === 5),
    ],
  ])('are all found, newest first, page by page: %s', async (_, filters, expected) => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const before = transactionsPosition('main', filters, cursor);
      const page = await listTransactions(pool, 'main', filters, 30, before);
      seen.push(...page.rows.map((row) => Number(row.sequence)));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(expected.reverse());
  });
});

describe('entries of an account with half a million', () => {
  it.each<[string, Partial<EntriesWanted>, string[], number]>([
    ['all', {}, ['499900', '499899'], 51],
    ['until long ago', { to: recordedAt(401) }, ['100', '99'], 51],
    ['of a range long ago', { from: recordedAt(401), to: recordedAt(421) }, ['110', '109'], 10],
    [
      'of a range, from where a page ended',
      { from: recordedAt(401), to: recordedAt(421), beforeVersion: '103' },
      ['102', '101'],
      2,
    ],
    ['of the future', { from: recordedAt(2_000_000) }, [], 0],
    ['from the first', { to: recordedAt(0) }, [], 0],
  ])('%s', async (_, wanted, newest, found) => {
    const asked = { limit: 51, ...wanted };
    const journal = await planned(async (noted) =>
      listEntries(noted, HUB.no, await wantedByVersion(noted, HUB.no, HUB.versions, asked)),
    );
    const lines = await planned(async (noted) =>
      listLines(
        noted,
        HUB.no,
        await wantedByVersion(noted, HUB.no, HUB.versions, asked),
        String(HUB.versions),
      ),
    );
    expect(journal.slice(0, 2).map(({ version }) => version)).toEqual(newest);
    expect(journal).toHaveLength(found);
    expect(lines.map(({ version }) => version)).toEqual(journal.map(({ version }) => version));
  });
});

function numbers(wanted: (n: number) => boolean): number[] {
  return Array.from({ length: 50_000 }, (_, n) => n).filter(wanted);
}
