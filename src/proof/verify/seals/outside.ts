import type { Context } from '../check.js';

/** How old something may be before it is closed by a seal. */
const SEALED_WITHIN = '1 hour';

/** What is in nobody's leaf, each with what is to be said of it: subject and detail. */
const outside: Record<string, string> = {
  accounts: `select 'account ' || a.ledger || '/' || a.id as subject, 'was inserted: nothing opened it' as detail
    from journal.accounts a
    where not exists (select from journal.account_changes c where c.account_no = a.no and c.revision = 1)`,
  changes: `select 'account change ' || c.id, 'is of no account'
    from journal.account_changes c where not exists (select from journal.accounts a where a.no = c.account_no)`,
  annotations: `select 'annotation ' || n.id, 'is of no transaction'
    from journal.annotations n where not exists (select from journal.transactions t where t.id = n.transaction_id)`,
  // A statement's rows are as of its beginning, the sequence is of a later moment.
  beyond: ['transactions', 'account_changes', 'annotations']
    .map(
      (table) => `select '${table} ' || id, 'has sequence ' || sequence || ', which was never drawn'
        from journal.${table} where sequence > (select last_value from journal.sequence)`,
    )
    .join(' union all '),
  unsealed: ['transactions', 'account_changes', 'annotations']
    .map(
      (
        table,
      ) => `(select '${table} ' || id, 'was recorded ' || recorded_at || ' and is not sealed; nothing after it either'
        from journal.${table}
        where sequence > (select coalesce(max(through_sequence), 0) from journal.seals)
          and recorded_at < clock_timestamp() - interval '${SEALED_WITHIN}' order by sequence limit 1)`,
    )
    .join(' union all '),
};

/**
 * Rows that no seal could close, and what should have been closed long ago. Where nothing is sealed any more nobody would
 * find a change.
 */
export async function checkOutside({ pool, find, mostFindings }: Context): Promise<void> {
  for (const text of Object.values(outside)) {
    const { rows } = await pool.query<{ subject: string; detail: string }>(
      `select * from (${text}) o (subject, detail) limit $1`,
      [mostFindings + 1],
    );
    for (const row of rows) find({ check: 'seals', ...row });
  }
}

/** How each table that a proof reads must be for a query to see all of its rows, and the guards to be on. */
const wrongTables = `
select c.oid::regclass::text as "table",
  case
    when c.relkind not in ('r', 'p') then 'is no table'
    when c.relrowsecurity or c.relforcerowsecurity then 'hides rows by row security'
    when c.relhasrules then 'has a rule'
    when exists (select from pg_inherits i where i.inhparent = c.oid) and c.relkind = 'r' then 'has children'
    when not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid)
      then 'has no primary key'
    when (select count(*) from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'refuse_change' and t.tgenabled = 'A') = 0
      then 'does not refuse changes'
  end as wrong
from unnest($1::text[]) n (name) left join pg_class c on c.oid = to_regclass('journal.' || n.name)`;

/** Whether the tables are those that the migrations made, and their guards are on. */
export async function checkTables({ pool, find }: Context): Promise<void> {
  const tables = ['transactions', 'entries', 'account_changes', 'annotations', 'seals'];
  const { rows } = await pool.query<{ table: string; wrong: string | null }>(
    `select * from (${wrongTables}) t where wrong is not null`,
    [tables],
  );
  for (const { table, wrong } of rows) find({ check: 'seals', subject: `table ${table}`, detail: wrong! });
}
