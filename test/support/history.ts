import type pg from 'pg';

/**
 * Appends two-legged transactions to the journal, past times of recording included, in one statement and past none
 * of its checks but one: its postings may reserve, which spares a test the chains of holds. No events are put into the outbox: the read model gets them when it replays the journal.
 * @param rows a query for n, debit and credit (account numbers), posted, pending (signed, minor units),
 *   effective_at and recorded_at; they are recorded in the order of n
 */
export async function recordHistory(
  client: pg.ClientBase,
  rows: string,
  values: unknown[] = [],
): Promise<void> {
  await client.query('alter table journal.entries disable trigger check_pending');
  await client.query(append.replace('{rows}', rows), values);
}

/** Opens accounts without limits as of 2020, and answers their numbers. */
export async function openPastAccounts(
  client: pg.ClientBase,
  accounts: { id: string; type: string; currency: string; ledger?: string }[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; no: string }>(
    `insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
     select nextval('journal.account_no'), coalesce(ledger, 'main'), id, type, currency, 'open', '{}', 1, '2020-01-01Z'
     from jsonb_to_recordset($1) as a (id text, ledger text, type text, currency text)
     returning id, no`,
    [JSON.stringify(accounts)],
  );
  return new Map(rows.map(({ id, no }) => [id, no]));
}

const sides = ['debit', 'credit'];
const totals = ['posted', 'pending'].flatMap((amount) => sides.map((side) => ({ amount, side })));
const names = totals.map(({ amount, side }) => `${amount}_${side}s`);
const running = totals.map(
  ({ amount, side }, index) => `coalesce(h.${names[index]}, 0)
    + sum(case l.side when '${side}' then l.${amount} else 0 end) over so_far as ${names[index]}`,
);

const append = `
with wanted as materialized (
  select nextval('journal.sequence') as sequence, gen_random_uuid() as id, r.*
  from (select * from ({rows}) r order by n) r
), legs as (
  select sequence, effective_at, recorded_at, posted, pending, leg, account_no, side
  from wanted
  cross join lateral (values (1, debit, 'debit'), (2, credit, 'credit')) l (leg, account_no, side)
), heads as (
  select distinct on (account_no) account_no, version, ${names.join(', ')}, max_effective_at from journal.entries
  where account_no in (select account_no from legs) order by account_no, version desc
), numbered as materialized (
  select l.*, coalesce(h.version, 0) + row_number() over so_far as version, ${running.join(', ')},
    greatest(h.max_effective_at, max(l.effective_at) over so_far) as max_effective_at
  from legs l left join heads h using (account_no)
  window so_far as (partition by l.account_no order by l.sequence, l.leg rows unbounded preceding)
), t as (
  insert into journal.transactions
    (sequence, id, ledger, kind, account_nos, versions, effective_at, recorded_at, principal)
  select w.sequence, w.id, a.ledger, 'posting', array_agg(n.account_no order by n.leg),
    array_agg(n.version order by n.leg), w.effective_at, w.recorded_at, 'test'
  from wanted w join numbered n on n.sequence = w.sequence join journal.accounts a on a.no = w.debit
  group by w.sequence, w.id, a.ledger, w.effective_at, w.recorded_at
)
insert into journal.entries
select account_no, version, sequence, leg, side, posted, pending, ${names.join(', ')},
  effective_at, max_effective_at, recorded_at
from numbered`;
