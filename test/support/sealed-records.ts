import type pg from 'pg';

/**
 * Fixed records of every kind with every column, awkward characters and the largest amounts, past the checks and not
 * part of any books: what they come to as text is pinned in `test/data/sealed-records.json`.
 */
export async function insertFixedRecords(client: pg.ClientBase): Promise<void> {
  for (const table of ['transactions', 'entries', 'annotations', 'account_changes'])
    await client.query(`alter table journal.${table} disable trigger all`);
  await client.query(fixed);
}

const T = `'2026-11-21T10:00:00.123456Z'`;
const most = '9'.repeat(38);
const id = (n: number) => `'01994c3e-8f10-7c21-8a55-2f6e9b0d4c${n}'`;
const text = `E'\\u00e9 "quoted" \\\\ \\u2028 \\U0001F600\\ttab'`;
const json = `E'{"b": 1.50, "a":"\\u00e9", "b2":[null,true]}'`;

const fixed = `
insert into journal.accounts (no, ledger, id, type, currency, min_balance, max_balance, status, metadata, revision, opened_at)
values (900001, 'main', 'cash', 'asset', 'USD', null, ${most}, 'open', ${json}, 2, ${T}),
       (900002, 'main', 'wallet:1', 'liability', 'USD', 0, null, 'frozen', '{}', 1, '2026-11-21T10:00:00Z');
insert into journal.account_changes
  (account_no, revision, sequence, id, kind, min_balance, max_balance, status, metadata, recorded_at, principal,
   idempotency_key, trace)
values (900001, 2, 900010, ${id(10)}, 'updated', -1, ${most}, 'open', ${json}, ${T}, 'shop', 'key-1', ${text});
insert into journal.transactions
  (sequence, id, ledger, kind, root_id, parent_id, step, account_nos, versions, reference, effective_at, recorded_at,
   description, metadata, principal, idempotency_key, trace, hold_amount, hold_captured, hold_released, hold_remaining,
   expires_at, reversed, wallet, wallet_reference)
values (900011, ${id(11)}, 'main', 'capture', ${id(20)}, ${id(21)}, 3, '{900001,900002}', '{1,2}', ${text}, ${T}, ${T},
   ${text}, ${json}, 'shop', 'key→2', null, 6, 1, 2, 3, '2027-01-01T00:00:00Z', null, 'commit', 'ord_1'),
  (900012, ${id(12)}, 'main', 'posting', null, null, null, '{900001,900002}', '{2,3}', null, ${T}, ${T},
   null, null, 'shop', null, null, null, null, null, null, null, null, null, null);
insert into journal.entries
values (900001, 1, 900011, 1, 'debit', 1, -1, ${most}, 0, 0, 0, ${T}, ${T}, ${T}),
       (900002, 2, 900011, 2, 'credit', 1, -1, 0, 1, 0, 0, ${T}, ${T}, ${T}),
       (900002, 3, 900012, 2, 'credit', 7, 0, 0, 8, 0, 0, '2026-11-20T10:00:00Z', ${T}, ${T});
insert into journal.annotations
  (transaction_id, revision, sequence, id, metadata, recorded_at, principal, idempotency_key, trace)
values (${id(11)}, 2, 900013, ${id(13)}, ${json}, ${T}, 'shop', null, null);`;

/** Of the fixed records: sequence, text and leaf in hex. */
export async function readFixedRecords(client: pg.ClientBase): Promise<object[]> {
  const { rows } = await client.query(
    `select r.sequence::text, r.ledger, r.kind, r.id, r.record, encode(l.leaf, 'hex') as leaf
     from journal.records(900000, 900020) r join journal.leaves(900000, 900020) l using (sequence) order by r.sequence`,
  );
  return rows;
}
