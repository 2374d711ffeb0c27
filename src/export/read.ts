import type pg from 'pg';
import { sequencesOf } from '../ledger/journal/sequences.js';
import { columns, type Row } from './columns.js';

/** What is exported: recorded at `from` or later and before `to`; null and undefined don't bound it. */
export interface Range {
  from: string | undefined;
  /** Must be settled. */
  to: string;
  ledger: string | undefined;
}

export interface Slice {
  rows: Row[];
  transactions: number;
  /** How far this is, of 1, for showing. */
  part: number;
}

/** Most transactions looked at in a statement, and about how many bytes their rows may have. */
const SLICE = 5_000;
const SLICE_BYTES = 4_000_000;

const annotated = `left join lateral (
  select metadata from journal.annotations n where n.transaction_id = t.id and n.recorded_at < $3
  order by n.revision desc limit 1
) m on true`;

/** Up to which sequence the next slice goes; nothing when there is no more. */
const nextSlice = `
select max(sequence) as through
from (
  select sequence, sum(bytes) over (order by sequence) - bytes as before
  from (
    select t.sequence,
      cardinality(t.account_nos) * (800 + octet_length(coalesce(m.metadata::text, t.metadata::text, ''))) as bytes
    from journal.transactions t ${annotated}
    where t.sequence > $1 and t.sequence <= $2 order by t.sequence limit ${SLICE}
  ) s
) s
where before < ${SLICE_BYTES}`;

/** Each entry is looked up by itself (the limits keep it so), whatever the statistics say. */
const slice = `
select ${columns.map(({ sql, name }) => `${sql} as ${name}`).join(', ')}
from journal.transactions t
cross join lateral unnest(t.account_nos, t.versions) l (account_no, version)
cross join lateral (
  select * from journal.entries n where n.account_no = l.account_no and n.version = l.version limit 1
) e
cross join lateral (select * from journal.accounts n where n.no = l.account_no limit 1) a
${annotated}
where t.sequence > $1 and t.sequence <= $2 and t.recorded_at < $3
  and t.recorded_at >= coalesce($4::timestamptz, '-infinity') and t.ledger = coalesce($5, t.ledger)
order by t.sequence, e.leg`;

/** The range's rows in the order of (sequence, leg), by slices: a statement each, and small enough to hold. */
export async function* readEntries(
  client: pg.ClientBase,
  { from, to, ledger }: Range,
): AsyncGenerator<Slice> {
  const { after: first, through: last } = await sequencesOf(client, { from, to });
  for (let after = first; ;) {
    const next = await client.query<{ through: string | null }>(nextSlice, [after, last, to]);
    const through = next.rows[0]!.through;
    if (through === null) return;
    const { rows } = await client.query<Row>({
      text: slice,
      values: [after, through, to, from ?? null, ledger ?? null],
      rowMode: 'array',
    });
    const transactions = rows.filter(([, sequence], n) => sequence !== rows[n - 1]?.[1]).length;
    yield { rows, transactions, part: Number(BigInt(through) - first) / Number(last - first) };
    after = BigInt(through);
  }
}
