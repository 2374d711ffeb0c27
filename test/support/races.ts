import { expect } from '@jest/globals';
import type pg from 'pg';
import type { Client, Reply } from './client.js';

/** Runs the tasks with so many at once, by turns on each of the services. */
export async function atOnce(
  clients: Client[],
  tasks: number,
  width: number,
  run: (client: Client, i: number) => Promise<Reply>,
): Promise<Reply[]> {
  const replies: Reply[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < tasks; i = next++) replies[i] = await run(clients[i % clients.length]!, i);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return replies;
}

/** How often each code, or status where there is none. */
export const tally = (replies: Reply[]) => {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const name = body?.code ?? String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

/** Whatever happened: debits equal credits, versions run from 1 without a gap, totals are the sums of the entries. */
export async function expectSoundBooks(database: pg.Client): Promise<void> {
  const { rows } = await database.query(`
    select e.account_no, count(*) = max(e.version) and min(e.version) = 1 as contiguous,
      sum(posted) filter (where side = 'debit') is not distinct from nullif(max(posted_debits), 0) as debits,
      sum(posted) filter (where side = 'credit') is not distinct from nullif(max(posted_credits), 0) as credits,
      coalesce(sum(pending) filter (where side = 'debit'), 0)
        = (array_agg(pending_debits order by version desc))[1] as pending_debits,
      coalesce(sum(pending) filter (where side = 'credit'), 0)
        = (array_agg(pending_credits order by version desc))[1] as pending_credits
    from journal.entries e group by 1`);
  for (const row of rows) {
    expect(row).toEqual({
      ...row,
      ...{ contiguous: true, debits: true, credits: true, pending_debits: true, pending_credits: true },
    });
  }
  const { rows: totals } = await database.query(`
    select sum(case side when 'debit' then posted else -posted end) as posted,
      sum(case side when 'debit' then pending else -pending end) as pending from journal.entries`);
  expect([Number(totals[0].posted), Number(totals[0].pending)]).toEqual([0, 0]);
  // A hold's steps add up to it, one after the other without a gap.
  const { rows: chains } = await database.query(`
    select h.id from journal.transactions h left join journal.transactions s on s.parent_id = h.id
    where h.kind = 'hold' group by h.id
    having count(s) <> coalesce(max(s.step), 0) or count(*) filter (where s.hold_remaining = 0) > 1`);
  expect(chains).toEqual([]);
  const { rows: outbox } = await database.query(`
    select (select count(*) from journal.transactions) as transactions,
      (select count(distinct event_id) from journal.outbox where aggregatetype = 'ledger.transactions') as events,
      (select count(*) from journal.outbox where aggregatetype = 'ledger.transactions') as rows`);
  expect(outbox[0]).toEqual({
    transactions: outbox[0].events,
    events: outbox[0].events,
    rows: outbox[0].events,
  });
}
