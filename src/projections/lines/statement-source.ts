import type pg from 'pg';
import type { StatementSource } from '../../ledger/accounts/statement.js';
import { activeSchema } from '../active.js';

/** A statement's three statements over the read model: sums and pages along the index by effective time. */
export async function linesStatement(pool: pg.Pool): Promise<StatementSource> {
  const lines = `${await activeSchema(pool, 'lines')}.lines`;
  return {
    extent: `
select clock_timestamp() as now,
  coalesce((select version from ${lines} where account_no = $1 order by version desc limit 1), 0) as through,
  (select effective_at from ${lines} where account_no = $1 order by effective_at limit 1) as earliest`,
    posted: `
select coalesce(sum(posted) filter (where side = 'debit'), 0) as debits,
  coalesce(sum(posted) filter (where side = 'credit'), 0) as credits
from ${lines} where account_no = $1 and effective_at < $2 and version <= $3`,
    lines: `
select version, transaction_id, kind, side, posted as amount, reference, description, effective_at, recorded_at
from ${lines}
where account_no = $1 and effective_at >= $2 and effective_at < $3 and version <= $4 and posted <> 0
  and (effective_at, version) > ($5, $6::bigint)
order by effective_at, version limit $7`,
  };
}
