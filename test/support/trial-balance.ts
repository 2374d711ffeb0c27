import { expect } from '@jest/globals';
import pg from 'pg';
import type { Json } from './client.js';
import { openPastAccounts, recordHistory } from './history.js';

/** Books of the past in several currencies and types, and their sums from the journal's entries. */

export const TYPES = ['asset', 'liability', 'equity', 'revenue', 'expense'];
export const CURRENCIES = ['USD', 'EUR', 'BTC/8'];
export const id = (type: string, currency: string, ledger = 'main') =>
  `${ledger}:${type}:${currency.replace('/', '.')}`;

// Between accounts of one currency, of 90 days; a third back-dated, down to midnight sharp where the day begins.
const history = `
select n, accounts[1 + n % 5] as debit, accounts[1 + (n + 1 + n % 3) % 5] as credit, 1 + n % 89 as posted, n % 3 as pending,
  recorded_at,
  case when chance < 0.2 then date_trunc('day', recorded_at - chance * 4000 * interval '1 hour')
    when chance < 0.3 then recorded_at - chance * interval '20 hours' else recorded_at end as effective_at
from (select n, random() as chance, '2024-01-01T00:00:00Z'::timestamptz + n * interval '2 hours' as recorded_at
      from generate_series(1, $2::int) n, (select setseed(0.17)) seed) r,
  (select $1::bigint[] as accounts) a`;

export async function bookHistory(owner: pg.Client, ledger: string, count: number): Promise<void> {
  for (const currency of CURRENCIES) {
    const numbers = await openPastAccounts(
      owner,
      TYPES.map((type) => ({ id: id(type, currency, ledger), type, currency, ledger })),
    );
    await recordHistory(owner, history, [[...numbers.values()], count]);
  }
}

/** The same from the journal's entries, all of them added up. */
export async function summed(
  owner: pg.ClientBase,
  ledger: string,
  { at = 'infinity', recorded_at = 'infinity' }: { at?: string; recorded_at?: string },
): Promise<Json[]> {
  const { rows } = await owner.query(
    `select a.currency, a.type, coalesce(sum(e.posted) filter (where e.side = 'debit'), 0) as debits,
       coalesce(sum(e.posted) filter (where e.side = 'credit'), 0) as credits
     from journal.entries e join journal.accounts a on a.no = e.account_no
     where a.ledger = $1 and e.effective_at <= $2 and e.recorded_at <= $3
     group by a.currency, a.type having sum(e.posted) > 0`,
    [ledger, at, recorded_at],
  );
  return rows.sort(
    (one, other) =>
      CURRENCIES.toSorted().indexOf(one.currency) - CURRENCIES.toSorted().indexOf(other.currency) ||
      TYPES.indexOf(one.type) - TYPES.indexOf(other.type),
  );
}

export function sumsOf(body: Json): Json[] {
  return body.data.map(({ currency, type, debits, credits }: Json) => ({ currency, type, debits, credits }));
}

export function expectBalanced(sums: { currency: string; debits: string; credits: string }[]): void {
  const net = new Map<string, bigint>();
  for (const { currency, debits, credits } of sums) {
    net.set(currency, (net.get(currency) ?? 0n) + BigInt(debits) - BigInt(credits));
  }
  expect([...net].filter(([, difference]) => difference !== 0n)).toEqual([]);
}

export const points = [
  {},
  { at: '2024-02-10T00:00:00Z' },
  { at: '2024-02-09T23:59:59.999999Z' },
  { at: '2024-02-10T13:37:00.5+02:00' },
  { at: '1999-01-01T00:00:00Z' },
  { at: '2199-01-01T00:00:00Z' },
  { recorded_at: '2024-02-10T00:00:00Z' },
  { recorded_at: '2024-02-09T23:59:59.999999Z' },
  { recorded_at: '2024-02-10T14:00:00Z' },
  { recorded_at: '2024-02-10T13:59:59.999999Z' },
  { at: '2024-02-10T14:00:00Z', recorded_at: '2024-02-10T14:00:00Z' },
  { at: '2024-02-10T09:00:00Z', recorded_at: '2024-02-10T15:00:00Z' },
  { at: '2024-02-01T12:00:00Z', recorded_at: '2024-02-20T12:00:00Z' },
  { at: '2024-02-20T12:00:00Z', recorded_at: '2024-02-01T12:00:00Z' },
];

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set timezone = 'UTC'`);
  return client;
}
