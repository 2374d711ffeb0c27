import type { Finding } from '../../finding.js';
import type { Context } from '../check.js';

/**
 * Of the transactions with `after` < sequence ≤ `through` that are no plain postings, those that don't continue their
 * chain, or whose entries do something else than they say: the questions that `journal.check_transactions` asks when they are
 * recorded. And open holds that the sweep would never find.
 */
export async function brokenChains({ pool }: Context, range: string[]): Promise<Finding[]> {
  const { rows } = await pool.query<{ id: string; wrong: string }>(text, range);
  return rows.map(({ id, wrong }) => ({
    check: wrong === 'unlisted' ? 'open_holds' : 'chains',
    subject: `transaction ${id}`,
    detail: details[wrong]!,
  }));
}

const details: Record<string, string> = {
  chain: 'does not continue what it builds on: steps are contiguous, what is left only shrinks',
  legs: 'its entries take, give back or reverse something else than it says',
  unlisted:
    'is an open hold with a time of expiry, and not in journal.open_holds: see `counterfoil holds rebuild`',
};

const chain = `t.parent_id is not null and (
  p.id is null or p.ledger <> t.ledger or t.root_id <> coalesce(p.root_id, p.id) or p.sequence >= t.sequence
  or (t.step <> 1 and s.sequence is null) or t.step < 1 or s.sequence >= t.sequence
  or case when t.kind = 'reversal'
       then p.kind not in ('posting', 'capture') or t.reversed <= coalesce(s.reversed, 0)
       else p.kind <> 'hold' or t.hold_amount <> p.hold_amount
            or t.hold_captured + t.hold_released + t.hold_remaining <> t.hold_amount or t.hold_remaining < 0
            or t.hold_captured < coalesce(s.hold_captured, 0) or t.hold_released < coalesce(s.hold_released, 0)
            or t.hold_remaining >= coalesce(s.hold_remaining, p.hold_amount)
            or case when t.kind = 'capture' then t.hold_captured <= coalesce(s.hold_captured, 0)
                 else t.hold_captured <> coalesce(s.hold_captured, 0) or t.hold_remaining <> 0
               end
     end
)`;

const legsOfHolds = `t.kind <> 'posting' and (
  legs.sound is not true
  or case t.kind
       when 'hold' then t.hold_amount is distinct from legs.reserved or t.hold_remaining <> t.hold_amount
       when 'reversal' then t.reversed > legs.original
                            or (cardinality(p.account_nos) > 2 and t.reversed <> legs.original)
       else cardinality(p.account_nos) > 2 and t.hold_amount not in (t.hold_captured, t.hold_released)
     end
)`;

const unlisted = `t.kind = 'hold' and t.expires_at is not null
  and not exists (select from journal.open_holds h where h.id = t.id)
  and not exists (select from journal.transactions c where c.parent_id = t.id and c.hold_remaining = 0)`;

const text = `
select * from (
  select t.id, t.sequence, case
    when ${chain} then 'chain'
    when ${legsOfHolds} then 'legs'
    when ${unlisted} then 'unlisted'
  end as wrong
  from journal.transactions t
  left join lateral (select * from journal.transactions where id = t.parent_id limit 1) p on true
  left join lateral (
    select * from journal.transactions where parent_id = t.parent_id and step = t.step - 1 limit 1
  ) s on true
  cross join lateral (
    select
      bool_and(coalesce(case
        when t.kind = 'hold' then e.posted = 0 and e.pending > 0
        when e.account_no <> o.account_no then false
        when t.kind = 'reversal' then
          e.side <> o.side and e.pending = 0
          and e.posted = case when cardinality(p.account_nos) > 2 then o.posted
                              else t.reversed - coalesce(s.reversed, 0) end
        when cardinality(p.account_nos) > 2 then
          e.side = o.side and e.pending = -o.pending
          and e.posted = case t.kind when 'capture' then o.pending else 0 end
        else
          e.side = o.side and e.pending = t.hold_remaining - coalesce(s.hold_remaining, p.hold_amount)
          and e.posted = t.hold_captured - coalesce(s.hold_captured, 0)
      end, false)) as sound,
      sum(e.pending) filter (
        where e.side = 'debit' and a.currency = (select currency from journal.accounts where no = t.account_nos[1])
      ) as reserved,
      min(o.posted) filter (where l.leg = 1) as original
    from unnest(t.account_nos, t.versions, p.account_nos, p.versions)
      with ordinality l (account_no, version, of_account, of_version, leg)
    left join lateral (
      select * from journal.entries where account_no = l.account_no and version = l.version limit 1
    ) e on true
    left join lateral (
      select * from journal.entries where account_no = l.of_account and version = l.of_version limit 1
    ) o on true
    left join lateral (select * from journal.accounts where no = l.account_no limit 1) a on true
  ) legs
  where t.sequence > $1::bigint and t.sequence <= $2::bigint and t.kind <> 'posting'
) c where wrong is not null order by sequence`;
