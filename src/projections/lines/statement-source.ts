import type pg from 'pg';
import type { StatementSource } from '../../ledger/accounts/statement.js';
import { activeSchema } from '../active.js';

/**
 * A statement's three statements over the read model: sums and pages along the index by effective time.
 * @param through the version up to which no line is missing: see `linesThrough`
 */
export async function linesStatement(pool: pg.Pool, through: string): Promise<StatementSource> {
  const lines = `${await activeSchema(pool, 'lines')}.lines`;
  return {
    extent: `
select clock_timestamp() as now,
  ${BigInt(through)}::bigint as through,
  (select min(effective_at) from ${lines} where account_no = $1 and version <= ${BigInt(through)}) as earliest`,
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
