import type pg from 'pg';
import { activeSchema } from '../active.js';

/**
 * A page of a statement from the read model, with the parameters and columns of the journal's (`journalLines`): a
 * range of the index by effective time. Nothing that was recorded up to $4 is effective after the running maximum
 * there; without that bound, a statement as of long ago would look through all that came since.
 */
export async function linesStatement(pool: pg.Pool): Promise<string> {
  return `
select version, transaction_id, kind, side, posted as amount, reference, description, effective_at, recorded_at
from ${await activeSchema(pool, 'lines')}.lines
where account_no = $1 and effective_at >= $2 and effective_at < $3 and version <= $4 and posted <> 0
  and effective_at <= (select max_effective_at from journal.entries where account_no = $1 and version = $4)
  and (effective_at, version) > ($5, $6::bigint)
order by effective_at, version limit $7`;
}
