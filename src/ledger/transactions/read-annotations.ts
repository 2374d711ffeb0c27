import type pg from 'pg';
import type { Annotation, TransactionKind } from '../rules/record.js';

interface Row {
  sequence: string;
  id: string;
  ledger: string;
  transaction_id: string;
  root_id: string;
  kind: TransactionKind;
  revision: number;
  metadata: Record<string, unknown>;
  recorded_at: string;
  principal: string;
  idempotency_key: string | null;
  trace: string | null;
}

const select = `
select a.sequence, a.id, t.ledger, a.transaction_id, coalesce(t.root_id, t.id) as root_id, t.kind, a.revision,
  a.metadata, a.recorded_at, a.principal, a.idempotency_key, a.trace
from journal.annotations a join journal.transactions t on t.id = a.transaction_id`;

/** A slice of the changes of metadata in the journal's order, for making events again; of all ledgers or of one. */
export async function readAnnotationsAfter(
  client: pg.ClientBase,
  after: string,
  through: string,
  most: number,
  ledger: string | null = null,
): Promise<Annotation[]> {
  const { rows } = await client.query<Row>(
    `${select} where a.sequence > $1 and a.sequence <= $2 and t.ledger = coalesce($4, t.ledger)
     order by a.sequence limit $3`,
    [after, through, most, ledger],
  );
  return rows.map(annotationOf);
}

/** Those with these sequences, in no order. */
export async function readAnnotationsAs(client: pg.Pool, sequences: string[]): Promise<Annotation[]> {
  const { rows } = await client.query<Row>(`${select} where a.sequence = any($1::bigint[])`, [sequences]);
  return rows.map(annotationOf);
}

function annotationOf(row: Row): Annotation {
  return {
    sequence: row.sequence,
    id: row.id,
    ledger: row.ledger,
    transactionId: row.transaction_id,
    rootId: row.root_id,
    kind: row.kind,
    revision: row.revision,
    metadata: row.metadata,
    recordedAt: row.recorded_at,
    principal: row.principal,
    idempotencyKey: row.idempotency_key,
    trace: row.trace,
  };
}
