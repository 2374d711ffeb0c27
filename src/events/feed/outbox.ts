import type pg from 'pg';
import { PAGE_BYTES, type FeedEvent, type Page } from './page.js';
import type { Position } from './position.js';

/** Outbox rows that the snapshot $1 does not see, by the index on xid. */
export const unseen = `(o.xid >= pg_snapshot_xmax($1::pg_snapshot)
  or o.xid = any (array(select pg_snapshot_xip($1::pg_snapshot))))`;

/**
 * Rows that $2 sees and $1 did not, after ($4, $5), of the kinds that `eventsAfter` makes: the journal must come to the
 * same. An event that was put here again lies below the floor, or beside the first.
 */
const difference = `
select sequence, part, type, payload, "left"
from (
  select o.sequence, o.aggregatetype collate "C" as part, o.type, o.payload, count(*) over ()::int as "left",
    sum(octet_length(o.payload)) over (order by o.sequence, o.aggregatetype collate "C" rows unbounded preceding)
      - octet_length(o.payload) as before
  from journal.outbox o
  where ${unseen} and pg_visible_in_snapshot(o.xid, $2::pg_snapshot) and o.source = $3
    and o.aggregatetype in ('ledger.accounts', 'ledger.transactions', 'wallet.events')
    and (o.sequence, o.aggregatetype collate "C") > ($4::bigint, $5)
  order by 1, 2 limit $6
) e
where before < ${PAGE_BYTES}
order by 1, 2`;

export async function readDifferenceFromOutbox(
  client: pg.ClientBase,
  ledger: string,
  { since, until, sequence, part }: Position,
  limit: number,
): Promise<Page> {
  const { rows } = await client.query<FeedEvent & { left: number }>(difference, [
    since,
    until,
    `/ledgers/${ledger}`,
    sequence,
    part,
    limit,
  ]);
  const events = rows.filter(
    (row, index) => row.sequence !== rows[index - 1]?.sequence || row.part !== rows[index - 1]?.part,
  );
  return { events, more: rows.length < (rows[0]?.left ?? 0), through: events.at(-1) ?? { sequence, part } };
}
