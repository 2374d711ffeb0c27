import type pg from 'pg';
import { accountOf, type AccountRow } from '../journal/rows.js';
import type { AccountChange, ChangeKind } from '../rules/record.js';

type Row = AccountRow & {
  sequence: string;
  change_id: string;
  kind: ChangeKind;
  recorded_at: string;
  principal: string;
  idempotency_key: string | null;
  trace: string | null;
};

const select = `
select c.sequence, c.id as change_id, c.kind, c.recorded_at, c.principal, c.idempotency_key, c.trace,
  a.no, a.ledger, a.id, a.type, a.currency, a.opened_at, c.min_balance, c.max_balance, c.status, c.metadata,
  c.revision
from journal.account_changes c join journal.accounts a on a.no = c.account_no`;

/** A slice of the history of accounts in the journal's order, for making events again; of all ledgers or of one. */
export async function readChangesAfter(
  client: pg.ClientBase,
  after: string,
  through: string,
  most: number,
  ledger: string | null = null,
): Promise<AccountChange[]> {
  const { rows } = await client.query<Row>(
    `${select} where c.sequence > $1 and c.sequence <= $2 and a.ledger = coalesce($4, a.ledger)
     order by c.sequence limit $3`,
    [after, through, most, ledger],
  );
  return rows.map(changeOf);
}

/** Those with these sequences, in no order. */
export async function readChangesAs(client: pg.Pool, sequences: string[]): Promise<AccountChange[]> {
  const { rows } = await client.query<Row>(`${select} where c.sequence = any($1::bigint[])`, [sequences]);
  return rows.map(changeOf);
}

function changeOf(row: Row): AccountChange {
  return {
    sequence: row.sequence,
    id: row.change_id,
    kind: row.kind,
    recordedAt: row.recorded_at,
    account: accountOf(row),
    principal: row.principal,
    idempotencyKey: row.idempotency_key,
    trace: row.trace,
  };
}
