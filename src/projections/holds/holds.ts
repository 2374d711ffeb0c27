import type { Projection } from '../projection.js';

/** How far each hold has come: what is listed by status, and the open ones by account and by expiry. */
export const holds: Projection = {
  name: 'holds',
  definition: 1,
  // A hold's status is that of its newest capture, void or expiry: the one after which the least remains. What only the
  // hold itself says (its place in the lists, accounts, expiry) comes with it, maybe later than what closed it.
  tables: `
create table {schema}.holds (
  id          uuid primary key,
  ledger      text collate "C" not null,
  sequence    bigint,
  recorded_at timestamptz,
  expires_at  timestamptz,
  account_nos bigint[],
  remaining   numeric(38, 0) not null,
  status      text collate "C" not null
);
`,
  // Of every status: a few pending ones among a million captured, or a few expired ones.
  indexes: [
    'create index holds_status on {schema}.holds (ledger, status, recorded_at, sequence)',
    'create index holds_sequence on {schema}.holds (sequence)',
    `create index holds_expiry on {schema}.holds (ledger, expires_at)
       where remaining > 0 and expires_at is not null`,
    'create index holds_accounts on {schema}.holds using gin (account_nos) where remaining > 0',
  ],
  apply: [
    {
      over: 'transactions',
      onlyHolds: true,
      text: `
insert into {schema}.holds as h (id, ledger, sequence, recorded_at, expires_at, account_nos, remaining, status)
select distinct on (i.root_id)
  i.root_id, i.ledger,
  max(i.sequence) filter (where i.kind = 'hold') over chain,
  max(i.recorded_at) filter (where i.kind = 'hold') over chain,
  max(i.expires_at) filter (where i.kind = 'hold') over chain,
  max(i.account_nos) filter (where i.kind = 'hold') over chain,
  i.hold_remaining,
  case
    when i.hold_remaining > 0 then case when i.hold_captured > 0 then 'partially_captured' else 'pending' end
    when i.hold_captured > 0 then 'captured'
    when i.kind = 'expiry' then 'expired'
    else 'voided'
  end
from ({incoming}) i
where i.hold_remaining is not null
window chain as (partition by i.root_id)
order by i.root_id, i.hold_remaining
on conflict (id) do update set
  sequence = coalesce(h.sequence, excluded.sequence),
  recorded_at = coalesce(h.recorded_at, excluded.recorded_at),
  expires_at = coalesce(h.expires_at, excluded.expires_at),
  account_nos = coalesce(h.account_nos, excluded.account_nos),
  remaining = least(h.remaining, excluded.remaining),
  status = case when h.remaining > excluded.remaining then excluded.status else h.status end
where h.remaining > excluded.remaining or (h.sequence is null and excluded.sequence is not null)`,
    },
  ],
  compare: [
    {
      table: 'holds',
      by: 'transactions',
      key: ['id'],
      columns: ['ledger', 'sequence', 'recorded_at', 'expires_at', 'account_nos', 'remaining', 'status'],
    },
  ],
};
