import type pg from 'pg';

export type Slice =
  { by: 'accounts'; accounts: string[] } | { by: 'transactions'; after: string; through: string };

interface Part {
  slice: Slice;
  /** Accounts or transactions in it, at most. */
  size: number;
  done: number;
  total: number;
}

/** Accounts of a slice, unless they have more entries than this. */
const ACCOUNTS = 500;
const ENTRIES = 200_000;
const TRANSACTIONS = 5_000;

/** All accounts that have entries or a row, or some by chance, a slice after the other. */
export async function* accountSlices(pool: pg.Pool, sample?: number): AsyncGenerator<Part> {
  const counted = await pool.query<{ total: number }>('select count(*)::int as total from journal.accounts');
  const total = Math.min(sample ?? Infinity, counted.rows[0]!.total);
  const chosen = sample === undefined ? undefined : await someAccounts(pool, sample);
  let after = '0';
  for (let done = 0; ;) {
    const { rows } = await pool.query<{ no: string }>(
      `select no from (
         select no, sum(entries) over (order by no) - entries as before from (
           select a.no, coalesce((select version from journal.entries e where e.account_no = a.no
                                  order by version desc limit 1), 0) as entries
           from journal.accounts a where a.no > $1 and ($2::bigint[] is null or a.no = any($2))
           order by a.no limit ${ACCOUNTS}
         ) next
       ) summed where before < ${ENTRIES} order by no`,
      [after, chosen ?? null],
    );
    if (rows.length === 0) return;
    const accounts = rows.map(({ no }) => no);
    after = accounts.at(-1)!;
    done += accounts.length;
    yield { slice: { by: 'accounts', accounts }, size: accounts.length, done, total };
  }
}

async function someAccounts(pool: pg.Pool, sample: number): Promise<string[]> {
  const { rows } = await pool.query<{ no: string }>(
    'select no from journal.accounts order by random() limit $1',
    [sample],
  );
  return rows.map(({ no }) => no);
}

/** All transactions, or some stretches of them by chance, by their sequence. */
export async function* sequenceSlices(pool: pg.Pool, sample?: number): AsyncGenerator<Part> {
  const { rows } = await pool.query<{ last: string }>(
    'select coalesce(max(sequence), 0) as last from journal.transactions',
  );
  const last = BigInt(rows[0]!.last);
  const step = BigInt(sample === undefined ? TRANSACTIONS : Math.min(TRANSACTIONS, Math.max(1, sample)));
  const starts = (last + step - 1n) / step;
  const wanted = sample === undefined ? starts : bigMin(starts, BigInt(sample) / step || 1n);
  for (let n = 0n; n < wanted; n += 1n) {
    const start = sample === undefined ? n : BigInt(Math.floor(Math.random() * Number(starts)));
    const [after, through] = [start * step, (start + 1n) * step];
    yield {
      slice: { by: 'transactions', after: String(after), through: String(through) },
      size: Number(step),
      done: Number((n + 1n) * step),
      total: Number(wanted * step),
    };
  }
}

function bigMin(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
