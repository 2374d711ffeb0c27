import type { Finding } from '../../finding.js';
import type { Context, Step, Walk } from '../check.js';

/** Pages of stored results in one slice. */
const PAGES = 2_000;
/** Sequences of changes of metadata in one slice. */
const SEQUENCES = 1_000_000n;

/** Changes of metadata, stored results, holds that may expire, references. */
export async function otherWalks(context: Context): Promise<Walk[]> {
  const { rows } = await context.pool.query<{ pages: number }>(
    `select (pg_relation_size('journal.command_results') / current_setting('block_size')::int)::float8 as pages`,
  );
  const { pages } = rows[0]!;
  return [
    { name: 'references', size: 1, step: () => sameReference(context) },
    { name: 'open holds', size: 1, step: () => listedHolds(context) },
    { name: 'results', size: pages, step: (from) => storedResults(context, Number(from?.[0] ?? 0), pages) },
    {
      ...{ name: 'annotations', size: Math.ceil(Number(context.horizon / SEQUENCES)) },
      step: (from) => annotations(context, BigInt(from?.[0] ?? 0)),
    },
  ];
}

/** By the index and in its order: what it would give twice. Whether it lacks something, `pg_amcheck` tells. */
async function sameReference({ pool }: Context): Promise<Step> {
  const { rows } = await pool.query<{ ledger: string; reference: string }>(
    `select ledger, reference from (
       select ledger, reference, lag(reference) over (partition by ledger order by reference) as before
       from journal.transactions where reference is not null
     ) r where reference = before`,
  );
  const findings = rows.map(({ ledger, reference }) => ({
    ...{ check: 'references', subject: `ledger ${ledger} reference ${reference}` },
    detail: 'two transactions have it',
  }));
  return { next: null, findings, done: 1 };
}

async function listedHolds({ pool }: Context): Promise<Step> {
  const { rows } = await pool.query<{ id: string; open_holds: number }>(
    `select h.id from journal.open_holds h
     where not exists (
       select from journal.transactions t
       where t.id = h.id and t.kind = 'hold' and t.ledger = h.ledger and t.expires_at = h.expires_at
         and not exists (select from journal.transactions c where c.parent_id = t.id and c.hold_remaining = 0))`,
  );
  const findings = rows.map(({ id }) => ({
    ...{ check: 'open_holds', subject: `hold ${id}` },
    detail:
      'is in journal.open_holds and is no open hold with that time of expiry: see `counterfoil holds rebuild`',
  }));
  return { next: null, findings, done: 1 };
}

/** A key leads to the transaction that was recorded under it, with the status of its answer, which is made from it. */
async function storedResults({ pool, horizon }: Context, from: number, pages: number): Promise<Step> {
  const to = from + PAGES;
  const { rows } = await pool.query<{ results: number; wrong: { key: string; sequence: string }[] | null }>(
    `select count(*)::int as results,
       json_agg(json_build_object('key', r.key, 'sequence', r.transaction_sequence::text)) filter (where (
         r.status = case when t.wallet is null then 201 else 200 end
         and r.key = encode(substr(sha256(convert_to(
           t.ledger || E'\\n' || t.principal || E'\\n' || t.idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid
       ) is not true) as wrong
     from journal.command_results r
     left join journal.transactions t on t.sequence = r.transaction_sequence
     where r.ctid >= $1::tid and r.ctid < $2::tid and r.transaction_sequence <= ${horizon}`,
    [`(${from},0)`, `(${to},0)`],
  );
  const { results, wrong } = rows[0]!;
  const findings = (wrong ?? []).map(({ key, sequence }) => ({
    ...{ check: 'stored_results', subject: `key ${key}` },
    detail: `refers to sequence ${sequence}, where no such command recorded a transaction`,
  }));
  const next = to < pages ? [String(to)] : null;
  return { next, looked: { results }, findings, done: Math.min(PAGES, pages - from) };
}

async function annotations({ pool, horizon }: Context, after: bigint): Promise<Step> {
  const through = after + SEQUENCES < horizon ? after + SEQUENCES : horizon;
  const { rows } = await pool.query<{ annotations: number; wrong: Wrong[] | null }>(
    `select count(*)::int as annotations,
       json_agg(json_build_object('id', n.transaction_id, 'revision', n.revision, 'twice', n.twice)) filter (
         where n.twice or n.lost) as wrong
     from (
       select n.*,
         exists (select from journal.transactions t where t.sequence = n.sequence)
           or exists (select from journal.account_changes c where c.sequence = n.sequence) as twice,
         not exists (select from journal.transactions t where t.id = n.transaction_id and t.sequence < n.sequence)
           or n.revision < 2 or n.revision > 2 and not exists (
             select from journal.annotations b where b.transaction_id = n.transaction_id
               and b.revision = n.revision - 1 and b.sequence < n.sequence) as lost
       from journal.annotations n where n.sequence > $1 and n.sequence <= $2
     ) n`,
    [String(after), String(through)],
  );
  const { annotations: count, wrong } = rows[0]!;
  return {
    next: through < horizon ? [String(through)] : null,
    looked: { annotations: count },
    findings: (wrong ?? []).map(annotationFinding),
    done: 1,
  };
}

interface Wrong {
  id: string;
  revision: number;
  twice: boolean;
}

function annotationFinding({ id, revision, twice }: Wrong): Finding {
  return {
    check: 'annotations',
    subject: `transaction ${id} metadata revision ${revision}`,
    detail: twice
      ? 'has the sequence of something else'
      : 'does not follow the revision before it, or is of no transaction',
  };
}
