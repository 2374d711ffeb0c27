import type pg from 'pg';
import type { Seal } from './seal.js';

interface Row {
  ledger: string;
  number: string;
  sequence: string;
  id: string;
  after_sequence: string;
  through_sequence: string;
  records: number;
  root: Buffer;
  previous: Buffer;
  hash: Buffer;
  sealed_at: string;
  signature: Buffer | null;
  key_id: string | null;
}

type Queryable = Pick<pg.Pool, 'query'>;

const columns = `ledger, number, sequence, id, after_sequence, through_sequence, cardinality(sequences) as records,
  root, previous, hash, sealed_at, signature, key_id`;

/** A slice of the seals in the order of their events; of all ledgers or of one. */
export async function readSealsAfter(
  db: Queryable,
  after: string,
  through: string,
  most: number,
  ledger: string | null = null,
): Promise<Seal[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from journal.seals
     where sequence > $1 and sequence <= $2 and ledger = coalesce($4, ledger) order by sequence limit $3`,
    [after, through, most, ledger],
  );
  return rows.map(sealOf);
}

/** Those whose events have just these sequences, in no order. */
export async function readSealsAs(db: Queryable, sequences: string[]): Promise<Seal[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from journal.seals where sequence = any($1::bigint[])`,
    [sequences],
  );
  return rows.map(sealOf);
}

/** A slice of a ledger's chain, in its order. */
export async function readChain(db: Queryable, ledger: string, after: string, most: number): Promise<Seal[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from journal.seals where ledger = $1 and number > $2 order by number limit $3`,
    [ledger, after, most],
  );
  return rows.map(sealOf);
}

/** Those of these numbers, in their order; undefined where there is none. */
export async function readNumbered(
  db: Queryable,
  wanted: { ledger: string; number: string }[],
): Promise<(Seal | undefined)[]> {
  const { rows } = await db.query<Row & { at: string }>(
    `select ${columns}, at from journal.seals join unnest($1::text[], $2::bigint[]) with ordinality w (l, n, at)
       on ledger = l and number = n`,
    [wanted.map(({ ledger }) => ledger), wanted.map(({ number }) => number)],
  );
  const found = new Map(rows.map((row) => [Number(row.at) - 1, sealOf(row)]));
  return wanted.map((_, index) => found.get(index));
}

/** The newest first; of all ledgers or of one. */
export async function newestSeals(
  db: Queryable,
  most: number,
  ledger: string | null = null,
): Promise<Seal[]> {
  const { rows } = await db.query<Row>(
    `select ${columns} from journal.seals where ledger = coalesce($2, ledger) order by sequence desc limit $1`,
    [most, ledger],
  );
  return rows.map(sealOf);
}

/** The newest of a ledger: what its next one continues. */
export async function newestSeal(db: Queryable, ledger: string): Promise<Seal | undefined> {
  const { rows } = await db.query<Row>(
    `select ${columns} from journal.seals where ledger = $1 order by number desc limit 1`,
    [ledger],
  );
  return rows[0] && sealOf(rows[0]);
}

/** The seal that closed the range a sequence lies in. */
export async function sealAround(
  db: Queryable,
  ledger: string,
  sequence: string,
): Promise<{ seal: Seal; sequences: string[]; leaves: Buffer } | undefined> {
  const { rows } = await db.query<Row & { sequences: string[]; leaves: Buffer }>(
    `select ${columns}, sequences, leaves from journal.seals
     where ledger = $1 and through_sequence >= $2 and after_sequence < $2 order by number limit 1`,
    [ledger, sequence],
  );
  const row = rows[0];
  return row && { seal: sealOf(row), sequences: row.sequences, leaves: row.leaves };
}

/** Up to where the journal is sealed, whatever the ledger; 0 at first. */
export async function sealedThrough(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ through: string }>(
    'select coalesce(max(through_sequence), 0) as through from journal.seals',
  );
  return rows[0]!.through;
}

function sealOf(row: Row): Seal {
  return {
    ledger: row.ledger,
    number: row.number,
    sequence: row.sequence,
    id: row.id,
    afterSequence: row.after_sequence,
    throughSequence: row.through_sequence,
    records: row.records,
    root: row.root,
    previous: row.previous,
    hash: row.hash,
    sealedAt: row.sealed_at,
    signature: row.signature,
    keyId: row.key_id,
  };
}
