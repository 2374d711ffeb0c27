import type pg from 'pg';

export type Slice =
  { by: 'accounts'; accounts: string[] } | { by: 'transactions'; after: string; through: string };

interface Part {
  slice: Slice;
  /** Accounts or transactions in it. */
  size: number;
  /** How far the slices are with it, of how much; for transactions in sequences. */
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
  const step = Math.min(TRANSACTIONS, sample ?? TRANSACTIONS);
  const { rows } = await pool.query<{ after: string; through: string; total: number }>(
    `select (n * $1::int)::bigint as after, ((n + 1) * $1::int)::bigint as through, (count(*) over ())::int * $1::int as total
     from (
       select n from generate_series(0, (select coalesce(max(sequence), 0) from journal.transactions) / $1::int) n
       order by case when $2::boolean then random() end, n limit ($3::float8)::bigint
     ) chosen`,
    [step, sample !== undefined, sample === undefined ? null : Math.max(1, sample / step)],
  );
  let done = 0;
  for (const { after, through, total } of rows) {
    done += step;
    const counted = await pool.query<{ size: number }>(
      'select count(*)::int as size from journal.transactions where sequence > $1 and sequence <= $2',
      [after, through],
    );
    yield {
      slice: { by: 'transactions', after, through },
      size: counted.rows[0]!.size,
      done: Math.min(done, total),
      total,
    };
  }
}
