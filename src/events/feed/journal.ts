import type pg from 'pg';
import { eventsAfter } from '../republish.js';
import { PAGE_BYTES, type FeedEvent, type Page } from './page.js';
import type { Position } from './position.js';

/**
 * Sequences looked through in one statement, growing from the first number to the second while none belongs. Few at
 * first: tables that were filled a moment ago have no statistics, and their slice may be sorted as a whole.
 */
const SLICES = [5_000, 100_000] as const;

/**
 * Of the difference. On the first reading of all ($1 null), that is whatever $2 sees and what was restored from another
 * cluster: there the id in the row is not that of the transaction that wrote it here.
 */
const belongs = (row: string) => `case when $1::pg_snapshot is null
  then pg_visible_in_snapshot(${row}.xid, $2::pg_snapshot) or ${row}.xmin <> ${row}.xid::xid
  else pg_visible_in_snapshot(${row}.xid, $2::pg_snapshot)
    and not pg_visible_in_snapshot(${row}.xid, $1::pg_snapshot) end`;

/** The facts of ledger $3 with $4 <= sequence < $5 that belong, the first of them, as many as one page may hold. */
const facts = `
select sequence
from (
  select sequence, sum(size) over (order by sequence) - size as before
  from (
    (select t.sequence, 1000 + 450 * cardinality(t.account_nos) + coalesce(octet_length(t.metadata::text), 0) as size
     from journal.transactions t
     where t.ledger = $3 and t.sequence >= $4 and t.sequence < $5 and ${belongs('t')}
     order by t.sequence limit $6)
    union all
    (select c.sequence, 1000 + octet_length(c.metadata::text)
     from journal.account_changes c join journal.accounts a on a.no = c.account_no
     where a.ledger = $3 and c.sequence >= $4 and c.sequence < $5 and ${belongs('c')}
     order by c.sequence limit $6)
    union all
    (select n.sequence, 1000 + octet_length(n.metadata::text)
     from journal.annotations n join journal.transactions t on t.id = n.transaction_id
     where t.ledger = $3 and n.sequence >= $4 and n.sequence < $5 and ${belongs('n')}
     order by n.sequence limit $6)
  ) f
  order by sequence limit $6
) p
where before < ${PAGE_BYTES}
order by sequence`;

/** @param last no sequence of the difference lies beyond */
export async function readDifferenceFromJournal(
  client: pg.ClientBase,
  ledger: string,
  position: Position,
  limit: number,
  last: string,
): Promise<Page> {
  const { sequence, part } = position;
  const { found, end } = await firstFacts(client, ledger, position, limit, last);
  const wanted = new Set(found);
  const made = await eventsOf(client, ledger, wanted);
  const events = made.filter((event) => event.sequence !== sequence || event.part > part).slice(0, limit);
  if (events.length > 0) return { events, more: true, through: events.at(-1)! };
  const passed = found.at(-1);
  const next = passed === undefined ? end : String(BigInt(passed) + 1n);
  return { events, more: BigInt(next) <= BigInt(last), through: { sequence: next, part: '' } };
}

/** The first that belong, and the sequence before which nothing else does. */
async function firstFacts(
  client: pg.ClientBase,
  ledger: string,
  { since, until, sequence }: Position,
  limit: number,
  last: string,
): Promise<{ found: string[]; end: string }> {
  let end = BigInt(sequence);
  for (let slice: number = SLICES[0]; ; slice *= 2) {
    const from = end;
    end += BigInt(slice);
    const { rows } = await client.query<{ sequence: string }>(facts, [
      since === '' ? null : since,
      until,
      ledger,
      String(from),
      String(end),
      // The first may be one of which everything was read.
      limit + 1,
    ]);
    if (rows.length > 0 || end > BigInt(last) || slice >= SLICES[1]) {
      return { found: rows.map((row) => row.sequence), end: String(end) };
    }
  }
}

async function eventsOf(client: pg.ClientBase, ledger: string, wanted: Set<string>): Promise<FeedEvent[]> {
  const [first, ...others] = wanted;
  if (first === undefined) return [];
  const last = others.at(-1) ?? first;
  const found: FeedEvent[] = [];
  for (let after = String(BigInt(first) - 1n); BigInt(after) < BigInt(last);) {
    const slice = await eventsAfter(client, after, last, ledger);
    for (const { sequence, aggregatetype: part, type, payload } of slice) {
      if (wanted.has(sequence)) found.push({ sequence, part, type, payload });
    }
    after = slice.at(-1)?.sequence ?? last;
  }
  return found.sort(inOrder);
}

function inOrder(a: FeedEvent, b: FeedEvent): number {
  if (a.sequence !== b.sequence) return BigInt(a.sequence) < BigInt(b.sequence) ? -1 : 1;
  return a.part < b.part ? -1 : 1;
}
