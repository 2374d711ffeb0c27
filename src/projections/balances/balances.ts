import type { Projection } from '../projection.js';

/** What each account is worth: the totals after its newest entry. */
export const balances: Projection = {
  name: 'balances',
  version: 1,
  tables: `
create table {schema}.balances (
  account_no      bigint primary key,
  ledger          text collate "C" not null,
  account         text collate "C" not null,
  account_type    text collate "C" not null,
  currency        text collate "C" not null,
  version         bigint not null,
  posted_debits   numeric(38, 0) not null,
  posted_credits  numeric(38, 0) not null,
  pending_debits  numeric(38, 0) not null,
  pending_credits numeric(38, 0) not null,
  sequence        bigint not null,
  recorded_at     timestamptz not null
) with (fillfactor = 70);  -- room for the next versions of a row on its own page
`,
  apply: [
    {
      over: 'entries',
      // The last version wins, whatever order they come in. In account order, so that workers can't deadlock.
      text: `
with incoming as ({incoming})
insert into {schema}.balances as b (
  account_no, ledger, account, account_type, currency, version,
  posted_debits, posted_credits, pending_debits, pending_credits, sequence, recorded_at
)
select distinct on (account_no)
  account_no, ledger, account, account_type, currency, version,
  posted_debits, posted_credits, pending_debits, pending_credits, sequence, recorded_at
from incoming
order by account_no, version desc
on conflict (account_no) do update set
  version = excluded.version,
  posted_debits = excluded.posted_debits,
  posted_credits = excluded.posted_credits,
  pending_debits = excluded.pending_debits,
  pending_credits = excluded.pending_credits,
  sequence = excluded.sequence,
  recorded_at = excluded.recorded_at
where b.version < excluded.version
`,
    },
  ],
};
