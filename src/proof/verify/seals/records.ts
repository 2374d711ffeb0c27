import { recordsBetween } from '../../../../migrations/0008-seals.js';
import type { Finding } from '../../finding.js';
import { HASH_BYTES, leavesOf, rootOf } from '../../seals/merkle.js';
import type { Context, Step, Walk } from '../check.js';
import { findingOf } from './chains.js';

const LEAST = '-9223372036854775808';
/** Stretches of the journal that are walked through at the same time. */
const STRETCHES = 8n;

/**
 * The journal against its seals: what was sealed in one go is made again and compared, leaf by leaf. A record that was
 * changed, removed or inserted is named.
 */
export async function recordWalks(context: Context): Promise<Walk[]> {
  const { horizon } = context;
  return Array.from({ length: Number(STRETCHES) }, (_, n) => {
    const [after, through] = [(horizon * BigInt(n)) / STRETCHES, (horizon * BigInt(n + 1)) / STRETCHES];
    return {
      name: `records ${n}`,
      size: Number(through - after),
      step: (from) => step(context, BigInt(from?.[0] ?? after), through),
    };
  });
}

/** What was sealed in one go, of whatever ledgers. */
interface Sealed {
  ledger: string;
  number: string;
  after: string;
  through: string;
  root: Buffer;
  sequences: string[];
  leaves: Buffer;
}

async function step({ pool }: Context, from: bigint, end: bigint): Promise<Step> {
  const { rows: sealed } = await pool.query<Sealed>(
    `select ledger, number, root, sequences, leaves, through_sequence as through,
       (select coalesce(max(b.through_sequence), 0) from journal.seals b
        where b.through_sequence < s.through_sequence) as after
     from journal.seals s
     where through_sequence = (select min(through_sequence) from journal.seals
                               where through_sequence > $1 and through_sequence <= $2)`,
    [from, end],
  );
  const [first] = sealed;
  if (!first) return { next: null, done: Number(end - from) };
  const { rows } = await pool.query<Difference>({
    text: differences,
    values: [
      // No sequence is less than 1: what has one came otherwise.
      first.after === '0' ? LEAST : first.after,
      first.through,
      sealed.flatMap(({ ledger, sequences }) => sequences.map(() => ledger)),
      sealed.flatMap(({ sequences }) => sequences),
      sealed.flatMap(({ leaves }) => leavesOf(leaves)),
    ],
  });
  const records = sealed.reduce((sum, { sequences }) => sum + sequences.length, 0);
  const twice = sealed.filter(({ ledger }, n) => sealed.findIndex((each) => each.ledger === ledger) !== n);
  const findings = [
    ...sealed
      .filter(isForged)
      .map((seal) => findingOf(seal, 'the leaves kept with it don’t come to its root')),
    ...twice.map((seal) => findingOf(seal, 'closes what another seal closes')),
    ...rows.map(differenceOf),
  ];
  return {
    next: [first.through],
    looked: { sealed_records: records, walked_seals: sealed.length },
    findings,
    done: Number(BigInt(first.through) - from),
  };
}

function isForged({ leaves, sequences, root }: Sealed): boolean {
  if (sequences.length === 0 || leaves.length !== HASH_BYTES * sequences.length) return true;
  return !rootOf(leavesOf(leaves)).equals(root);
}

interface Difference {
  ledger: string;
  sequence: string;
  kind: string | null;
  id: string | null;
  change: 'changed' | 'removed' | 'inserted';
}

/**
 * What is there ($1 < sequence ≤ $2) against what was sealed: ledgers $3, sequences $4, leaves $5. A row that is there
 * twice has one leaf.
 */
const differences = `
select coalesce(s.ledger, n.ledger) as ledger, coalesce(s.sequence, n.sequence) as sequence, n.kind, n.id,
  case when n.leaf is null then 'removed' when s.leaf is null then 'inserted' else 'changed' end as change
from (
  select *, row_number() over (partition by ledger, sequence) as copy
  from unnest($3::text[], $4::bigint[], $5::bytea[]) s (ledger, sequence, leaf)
) s
full join (
  select ledger, sequence, kind, id, row_number() over (partition by ledger, sequence) as copy,
    sha256('\\x00'::bytea || convert_to(record, 'UTF8')) as leaf
  from (${recordsBetween('$1::bigint', '$2::bigint')}) r
) n on n.sequence = s.sequence and n.ledger = s.ledger and n.copy = s.copy
where s.leaf is distinct from n.leaf
order by 2`;

function differenceOf({ ledger, sequence, kind, id, change }: Difference): Finding {
  const what = kind === null ? 'record' : `${kind.replace('_', ' ')} ${id}`;
  const subject = `${what} (ledger ${ledger}, sequence ${sequence})`;
  return { check: 'seals', subject, detail: `was ${change} after it was sealed` };
}

/** Heap pages of a partition of the entries: some hundred thousand rows. */
const PAGES = 4_096;

/** Entries that no transaction names: they are in nobody's leaf. */
export async function strayWalks(context: Context): Promise<Walk[]> {
  const { rows } = await context.pool.query<{ partition: string; pages: number }>(
    `select relid::text as partition,
       (pg_relation_size(relid) / current_setting('block_size')::bigint)::int as pages
     from pg_partition_tree('journal.entries') where isleaf order by relid`,
  );
  return rows.map(({ partition, pages }) => ({
    name: `strays ${partition}`,
    size: pages,
    async step(from) {
      const first = Number(from?.[0] ?? 0);
      const end = Math.min(first + PAGES, pages);
      const findings = await strays(context, { partition, first, end });
      return { next: end < pages ? [String(end)] : null, findings, done: end - first };
    },
  }));
}

async function strays(
  { pool, mostFindings }: Context,
  { partition, first, end }: { partition: string; first: number; end: number },
): Promise<Finding[]> {
  const { rows } = await pool.query<{ account: string; version: string; sequence: string }>(
    `select coalesce(a.ledger || '/' || a.id, 'no. ' || e.account_no) as account, e.version,
       e.transaction_sequence as sequence
     from ${partition} e left join journal.accounts a on a.no = e.account_no
     left join lateral (
       select t.account_nos[e.leg] = e.account_no and t.versions[e.leg] = e.version as named
       from journal.transactions t where t.sequence = e.transaction_sequence limit 1
     ) t on true
     where e.ctid >= '(${first},0)' and e.ctid < '(${end},0)' and named is not true
     limit $1`,
    [mostFindings + 1],
  );
  return rows.map(({ account, version, sequence }) => ({
    check: 'seals',
    subject: `account ${account} version ${version} (sequence ${sequence})`,
    detail: 'was inserted: no transaction names this entry',
  }));
}
