import type pg from 'pg';
import { decodeCursor, pageOf, parts } from '../../platform/cursor.js';
import { Metadata, Text } from '../../platform/fields.js';
import { Problem } from '../errors.js';

export class PutLedgerBody {
  @Text(1024, { optional: true, example: 'Books of the European branch' }) description?: string;
  @Metadata() metadata?: Record<string, unknown>;
}

interface LedgerRow {
  id: string;
  description: string | null;
  metadata: Record<string, unknown>;
  created_at: string;
}

const columns = 'id, description, metadata, created_at';

/** Makes the ledger, or replaces its description and metadata. `created`: it was not there before. */
export async function putLedger(
  pool: pg.Pool,
  id: string,
  body: PutLedgerBody,
): Promise<{ created: boolean; ledger: LedgerRow }> {
  const values = [id, body.description ?? null, JSON.stringify(body.metadata ?? {})];
  const inserted = await pool.query<LedgerRow>(
    `insert into journal.ledgers (id, description, metadata) values ($1, $2, $3)
     on conflict do nothing returning ${columns}`,
    values,
  );
  if (inserted.rows[0]) return { created: true, ledger: inserted.rows[0] };
  const updated = await pool.query<LedgerRow>(
    `update journal.ledgers set description = $2, metadata = $3 where id = $1 returning ${columns}`,
    values,
  );
  return { created: false, ledger: updated.rows[0]! };
}

/** @throws Problem LEDGER_NOT_FOUND */
export async function readLedger(pool: pg.Pool, id: string): Promise<LedgerRow> {
  const { rows } = await pool.query<LedgerRow>(`select ${columns} from journal.ledgers where id = $1`, [id]);
  if (!rows[0]) throw new Problem('LEDGER_NOT_FOUND', `there is no ledger ${id}`);
  return rows[0];
}

/** Newest first. @throws InvalidCursor */
export async function listLedgers(
  pool: pg.Pool,
  limit: number,
  cursor?: string,
): Promise<{ data: LedgerRow[]; next_cursor: string | null }> {
  const [before, id] = decodeCursor('ledgers', cursor, [parts.time, parts.id]) ?? [];
  const { rows } = await pool.query<LedgerRow>(
    `select ${columns} from journal.ledgers
     where $2::timestamptz is null or (created_at, id) < ($2, $3) order by created_at desc, id desc limit $1`,
    [limit + 1, before ?? null, id ?? null],
  );
  const page = pageOf('ledgers', rows, limit, (last) => [last.created_at, last.id]);
  return { data: page.rows, next_cursor: page.next_cursor };
}
