import type { Context, Step, Walk } from '../check.js';
import { brokenChains } from './chains.js';
import { legHash, widthOf, type Sums } from './sums.js';

/** Of one slice. */
const SEQUENCES = 100_000n;
/** Walks, so that they share the work evenly. */
const RANGES = 8n;

/** Ranges of sequences: what the transactions name as their legs is added up, and chains are followed. */
export function transactionWalks(context: Context): Walk[] {
  const { horizon } = context;
  const width = horizon / RANGES + 1n;
  return Array.from({ length: Number(RANGES) }, (_, n) => {
    const after = BigInt(n) * width;
    const through = after + width < horizon ? after + width : horizon;
    return {
      name: `transactions ${n}`,
      size: Math.max(0, Number(through - after)),
      step: (from) => step(context, from ? BigInt(from[0]!) : after, through),
    };
  });
}

async function step(context: Context, after: bigint, end: bigint): Promise<Step> {
  if (after >= end) return { next: null, done: 0 };
  const through = after + SEQUENCES < end ? after + SEQUENCES : end;
  const range = [String(after), String(through)];
  const by = new Map<string, Sums>();
  const { rows } = await context.pool.query<{
    bucket: string;
    transactions: number;
    legs: string;
    hash: string | null;
  }>(sumsOf(context), [...range, context.seed]);
  let transactions = 0;
  for (const row of rows) {
    transactions += row.transactions;
    by.set(row.bucket, { legs: BigInt(row.legs), hash: BigInt(row.hash ?? 0), posted: 0n, pending: 0n });
  }
  return {
    next: through < end ? [String(through)] : null,
    looked: { transactions },
    findings: await brokenChains(context, range),
    sums: { of: 'transactions', by },
    done: Number(through - after),
  };
}

/** Most have two legs, and these needn't be unnested: half the time. */
function sumsOf({ horizon }: Context): string {
  const hash = (account: string, version: string, leg: string) =>
    legHash({
      ...{ sequence: 't.sequence', leg, account, version },
      ...{
        effective: 't.effective_at',
        recorded: 't.recorded_at',
        ledger: 'hashtextextended(t.ledger, $3::bigint)',
      },
    });
  const nth = (n: number) => hash(`t.account_nos[${n}]`, `t.versions[${n}]`, String(n));
  const range = 't.sequence > $1::bigint and t.sequence <= $2::bigint';
  const bucket = `t.sequence / ${widthOf(horizon)} as bucket`;
  return `
select bucket, sum(transactions)::int as transactions, sum(legs) as legs, sum(hash) as hash
from (
  select ${bucket}, count(*) as transactions, 2 * count(*) as legs, sum(${nth(1)}) + sum(${nth(2)}) as hash
  from journal.transactions t where ${range} and cardinality(t.account_nos) = 2 group by 1
  union all
  select ${bucket}, count(*) filter (where l.leg = 1), count(*), sum(${hash('l.account_no', 'l.version', 'l.leg')})
  from journal.transactions t
  cross join lateral unnest(t.account_nos, t.versions) with ordinality l (account_no, version, leg)
  where ${range} and cardinality(t.account_nos) <> 2 group by 1
) s group by 1`;
}
