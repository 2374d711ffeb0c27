import type { Finding } from '../../finding.js';
import type { Context } from '../check.js';
import { brokenOf, widthOf } from './sums.js';

/** Sequences whose transactions are compared leg by leg in one statement. */
const SEQUENCES = 5_000n;

/**
 * Where sums differ, transactions are compared with their entries one by one, so that each broken one is named: legs that are
 * missing or another's, debits that don't equal credits, entries that no transaction names.
 */
export async function examine(context: Context): Promise<void> {
  const broken = brokenOf(context.sums.entries, context.sums.transactions);
  const width = widthOf(context.horizon);
  let named = 0;
  const [looked, explained] = [new Set<string>(), new Set<string>()];
  for (const bucket of broken) {
    context.signal.throwIfAborted();
    if (named >= context.mostFindings) {
      findRange(
        context,
        bucket,
        'something of their legs or balance is wrong; not looked into, enough was found',
      );
      continue;
    }
    const found = await brokenTransactions(context, BigInt(bucket) * width, width);
    found.forEach((finding) => context.find(finding));
    named += found.length;
    looked.add(bucket);
    if (found.length > 0) explained.add(bucket);
  }
  if (looked.size === 0) return;
  for (const bucket of await findStrays(context, [...looked])) explained.add(bucket);
  for (const bucket of looked)
    if (!explained.has(bucket))
      findRange(
        context,
        bucket,
        'transactions and entries don’t agree, though each seems right: is one there twice?',
      );
}

/** What can't be said of a row. */
function findRange(context: Context, bucket: string, detail: string): void {
  const width = widthOf(context.horizon);
  const [from, to] = [BigInt(bucket) * width, (BigInt(bucket) + 1n) * width - 1n];
  context.find({ check: 'legs', subject: `sequences ${from} to ${to}`, detail });
}

const said = (of: string) => `sum(case e.side when 'debit' then e.${of} else -e.${of} end)`;

async function brokenTransactions(context: Context, from: bigint, width: bigint): Promise<Finding[]> {
  const found: Finding[] = [];
  const end = from + width < context.horizon + 1n ? from + width : context.horizon + 1n;
  for (let first = from; first < end; first += SEQUENCES) {
    const last = first + SEQUENCES < end ? first + SEQUENCES : end;
    const { rows } = await context.pool.query<{
      id: string;
      currency: string | null;
      missing: string | null;
      foreign: string | null;
      posted: string | null;
      pending: string | null;
    }>(
      `select t.id, a.currency,
         string_agg(l.leg::text, ', ' order by l.leg) filter (where e.version is null) as missing,
         string_agg(l.leg::text, ', ' order by l.leg) filter (where e.version is not null and (
           e.transaction_sequence = t.sequence and e.leg = l.leg and e.effective_at = t.effective_at
           and e.recorded_at = t.recorded_at and a.ledger = t.ledger) is not true) as foreign,
         ${said('posted')} as posted, ${said('pending')} as pending
       from journal.transactions t
       cross join lateral unnest(t.account_nos, t.versions) with ordinality l (account_no, version, leg)
       left join lateral (
         select * from journal.entries n where n.account_no = l.account_no and n.version = l.version limit 1
       ) e on true
       left join lateral (select * from journal.accounts n where n.no = l.account_no limit 1) a on true
       where t.sequence >= $1 and t.sequence < $2
       group by t.sequence, t.id, a.currency
       having bool_or(e.version is null or (
           e.transaction_sequence = t.sequence and e.leg = l.leg and e.effective_at = t.effective_at
           and e.recorded_at = t.recorded_at and a.ledger = t.ledger) is not true)
         or ${said('posted')} <> 0 or ${said('pending')} <> 0
       order by t.sequence limit ${context.mostFindings}`,
      [String(first), String(last)],
    );
    for (const { id, currency, missing, foreign, posted, pending } of rows) {
      const subject = `transaction ${id}`;
      if (missing !== null) found.push({ check: 'legs', subject, detail: `its leg ${missing} is not there` });
      if (foreign !== null)
        found.push({
          ...{ check: 'legs', subject },
          detail: `what it names as leg ${foreign} is another's, or has another time or ledger`,
        });
      if (missing !== null || foreign !== null) continue;
      const by = posted === '0' ? `${pending} pending` : posted;
      found.push({ check: 'balanced', subject, detail: `debits less credits of ${currency} come to ${by}` });
    }
  }
  return found;
}

/** Entries within these ranges that their transaction doesn't name, by one look through all. @returns their ranges */
async function findStrays(context: Context, buckets: string[]): Promise<string[]> {
  const width = widthOf(context.horizon);
  const { rows } = await context.pool.query<{ account: string; version: string; sequence: string }>(
    `select coalesce(a.ledger || '/' || a.id, 'no. ' || e.account_no) as account, e.version,
       e.transaction_sequence as sequence
     from journal.entries e left join journal.accounts a on a.no = e.account_no
     where e.transaction_sequence / ${width} = any($1::bigint[])
       and e.transaction_sequence <= ${context.horizon}
       and not exists (
         select from journal.transactions t where t.sequence = e.transaction_sequence
           and t.account_nos[e.leg] = e.account_no and t.versions[e.leg] = e.version)
     limit ${context.mostFindings}`,
    [buckets],
  );
  for (const { account, version, sequence } of rows) {
    const subject = `account ${account} version ${version}`;
    const detail = `is of sequence ${sequence}, of which no transaction names it`;
    context.find({ check: 'legs', subject, detail });
  }
  return rows.map(({ sequence }) => String(BigInt(sequence) / width));
}
