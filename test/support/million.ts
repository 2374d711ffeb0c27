import pg from 'pg';

/**
 * Fills a migrated database with a million accounts, transactions and lines, straight into the tables: what lists read,
 * in shapes that tell an index from a walk. What is rare is old, where a list that begins with the newest comes last.
 *
 * - accounts 1–200 and their transactions are another ledger's, `small`; all else is in `main`
 * - transaction n, recorded n seconds into 2026, is of one wallet among thousands, every second one of `hub` too
 * - balances spread over seven digits; every tenth account was never used
 */
export async function fillMillion(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set synchronous_commit = off; set maintenance_work_mem = '256MB'; set jit = off`);
    await withoutIndexes(client, async () => {
      for (const statement of rows) await client.query(statement);
    });
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** The account whose lines are half of all. */
export const HUB = { no: '201', id: 'hub', versions: 499_900 };

/** When transaction n was recorded. */
export const recordedAt = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString();

const filled = [
  'journal.accounts',
  'journal.transactions',
  'balances_v1.balances',
  'transactions_v1.transactions',
  'holds_v1.holds',
  'lines_v1.lines',
];

const ledger = `case when n <= 200 then 'small' else 'main' end`;
const at = `timestamptz '2026-01-01' + n * interval '1 second'`;
const uuid = (n: string) => `('00000000-0000-7000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;
const kind = `case when n between 3000 and 3049 then 'reversal' when n % 10 < 7 then 'posting' when n % 10 = 7 then 'hold'
  when n % 10 = 8 then 'capture' else 'void' end`;

const places = `select sequence > 200 and sequence % 2 = 1 as of_hub,
  case when sequence <= 200 then 1 + sequence % 100 else 1001 + sequence % 5000 end as wallet,
  case when sequence <= 200 then 1 + sequence / 100 else 1 + sequence / 5000 end as wallet_version`;

/** The triggers would refuse most of it; the tables are this test's alone. */
const rows = [
  `do $$ declare t text; begin
     for t in select 'journal.transactions' union all select 'journal.entries'
              union all select inhrelid::regclass::text from pg_inherits where inhparent = 'journal.entries'::regclass
     loop execute format('alter table %s disable trigger all', t); end loop;
   end $$`,
  `insert into journal.ledgers (id) values ('small')`,
  `insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
   select n, ${ledger},
     case when n = ${HUB.no} then '${HUB.id}' when n <= 1001 then 'vip:' || n else 'wallet:' || md5(n::text) end,
     case when n <= 300 then 'asset' else 'liability' end,
     case when n <= 250 then 'BTC/8' when n % 20 = 0 then 'EUR' else 'USD' end,
     case when n between 2001 and 2060 then 'frozen' when n % 25 = 3 then 'closed' else 'open' end,
     case when n % 10 < 4 then '{}' when n % 10 = 5 then '{"tier":"gold"}' else format('{"ext":"u%s"}', n) end::json,
     1, ${at}
   from generate_series(1, 1000000) n`,
  `insert into balances_v1.balances (account_no, ledger, account, key, account_type, currency, version, posted_debits,
     posted_credits, pending_debits, pending_credits, sequence, recorded_at)
   select no, ledger, id, ledger || '/' || id, type, currency, 1, case when no between 5000 and 5059 then 20000000 else 0 end,
     power(10, 7 * ((no * 618034 % 1000000) / 1e6)::float8)::bigint, 0, 0, no, opened_at
   from journal.accounts where no % 10 <> 7`,
  `insert into transactions_v1.transactions (sequence, id, ledger, kind, root_id, reference, effective_at, recorded_at,
     metadata, revision)
   select n, ${uuid('n')}, ${ledger}, ${kind}, ${uuid('n')}, case when n % 10 < 6 then 'order-' || n end, ${at}, ${at},
     case when n < 50000 and n % 500 = 5 then '{"batch":"x"}' when n % 10 = 5 then '{"channel":"web"}'
       when n % 10 > 5 then jsonb_build_object('order', n) else '{}' end, 1
   from generate_series(1, 1000000) n`,
  `insert into holds_v1.holds (id, ledger, sequence, recorded_at, remaining, status)
   select id, ledger, sequence, recorded_at, case when sequence < 1000 then 5 else 0 end,
     case when sequence < 1000 then 'pending' when sequence < 2000 then 'expired' else 'captured' end
   from transactions_v1.transactions where kind = 'hold'`,
  `insert into journal.transactions (sequence, id, ledger, kind, account_nos, versions, reference, effective_at,
     recorded_at, principal, root_id, parent_id, step, hold_amount, hold_captured, hold_released, hold_remaining, reversed)
   select sequence, id, ledger, kind,
     case when of_hub then array[${HUB.no}, wallet] else array[wallet] end,
     case when of_hub then array[(sequence - 199) / 2, wallet_version] else array[wallet_version] end,
     reference, effective_at, recorded_at, 'test',
     case when child then root_id end, case when child then root_id end, case when child then 1 end,
     case when held then 5 end, case when held then 5 end, case when held then 0 end, case when held then 0 end,
     case when kind = 'reversal' then 1 end
   from transactions_v1.transactions,
     lateral (select kind not in ('posting', 'hold') as child, kind not in ('posting', 'reversal') as held) k,
     lateral (${places}) p`,
  `insert into lines_v1.lines (account_no, version, ledger, sequence, transaction_id, kind, leg, side, posted, pending,
     posted_debits, posted_credits, pending_debits, pending_credits, effective_at, recorded_at, reference)
   select case when of_hub then ${HUB.no} else wallet end,
     case when of_hub then (sequence - 199) / 2 else wallet_version end,
     ledger, sequence, id, kind, 1, 'debit', 5, 0, 5, 0, 0, 0, effective_at, recorded_at, reference
   from transactions_v1.transactions, lateral (${places}) p`,
  `insert into journal.entries (account_no, version, transaction_sequence, leg, side, posted, pending, posted_debits,
     posted_credits, pending_debits, pending_credits, effective_at, max_effective_at, recorded_at)
   select account_no, version, sequence, leg, side, posted, pending, posted_debits, posted_credits, pending_debits,
     pending_credits, effective_at, effective_at, recorded_at
   from lines_v1.lines`,
];

/** Indexes are made faster from all rows than row by row. Nor need the tables survive a crash. */
async function withoutIndexes(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const { rows: keys } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype in ('p', 'u') and conrelid = any($1::regclass[])`,
    [filled],
  );
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i
     where i.indrelid = any($1::regclass[]) and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [filled],
  );
  for (const { table, name } of keys) await client.query(`alter table ${table} drop constraint ${name}`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  for (const table of filled) await client.query(`alter table ${table} set unlogged`);
  await work();
  for (const { table, name, definition } of keys) {
    await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  }
  for (const { definition } of indexes) await client.query(definition);
}
