-- The trial balance of every ledger, in minor units, from an export: counterfoil export --out entries.parquet
-- Run in its folder: duckdb -f trial-balance.sql
-- It is that of GET /v1/ledgers/{ledger}/trial-balance; `where effective_at <= …` makes it that of ?at=….
select
  ledger,
  currency,
  account_type as type,
  coalesce(sum(posted) filter (where side = 'debit'), 0) as debits,
  coalesce(sum(posted) filter (where side = 'credit'), 0) as credits,
  sum(case when side = normal_side then posted else -posted end) as balance
from 'entries.parquet'
where posted > 0
group by ledger, currency, account_type
order by ledger, currency, list_position(['asset', 'liability', 'equity', 'revenue', 'expense'], account_type);
