import type pg from 'pg';
import type { Finding } from '../finding.js';
import type { PublicKey } from './key.js';
import { leavesOf, rootOf } from './merkle.js';
import { readChain, sealedThrough } from './read-seals.js';
import { FIRST, hashOf, type Seal } from './seal.js';

const CHAIN_SLICE = 1_000;
/** Heap pages of a partition of the entries: some hundred thousand rows. */
const PAGES = 4_096;
/** Of one cause, so many are named; the rest is counted with the last of them. */
const NAMED = 1_000;

export interface SealsOptions {
  /** What may read the journal. */
  pool: Pick<pg.Pool, 'query'>;
  /** How much is looked at at once; as many connections. */
  parallel: number;
  /** Signatures are checked where it is given. */
  publicKey?: PublicKey | undefined;
  signal: AbortSignal;
  /** How far it is, of how much, in steps of about the same size. */
  progress: (done: number, total: number) => void;
  found: (finding: Finding) => void;
}

export interface CheckedSeals {
  seals: number;
  records: number;
  /** Everything up to this sequence is sealed. */
  through: string;
}

/**
 * Compares the journal with its seals: every row that was changed, removed or inserted behind a seal is named, whoever
 * did it and however; so are seals that don't continue their chain or don't hash to what they say.
 *
 * What it can't see by itself: somebody who makes all later seals anew. The copies in `ledger.seals.v1` tell that
 * (`seals-topic.ts`), or the signatures.
 */
export async function checkSeals(options: SealsOptions): Promise<CheckedSeals> {
  const { pool, parallel, signal, progress } = options;
  const through = await sealedThrough(pool);
  const windows = await windowsOf(pool);
  const pages = await entryPages(pool);
  const total = windows.length + pages.length;
  let done = 0;
  const step = async (work: () => Promise<void>) => {
    signal.throwIfAborted();
    await work();
    progress(++done, total);
  };
  const checked = await checkChains(options);
  await inParallel(parallel, windows, (window) => step(() => checkWindow(options, window)));
  await inParallel(parallel, pages, (slice) => step(() => checkEntries(options, slice, through)));
  await checkAccounts(options);
  return { ...checked, through };
}

async function checkChains(options: SealsOptions): Promise<{ seals: number; records: number }> {
  const { pool, signal, found } = options;
  const ledgers = await pool.query<{ ledger: string }>(
    'select distinct ledger from journal.seals order by 1',
  );
  const checked = { seals: 0, records: 0 };
  for (const { ledger } of ledgers.rows) {
    let last: Seal | undefined;
    for (let size = CHAIN_SLICE; size === CHAIN_SLICE;) {
      signal.throwIfAborted();
      const slice = await readChain(pool, ledger, last?.number ?? '0', CHAIN_SLICE);
      for (const seal of slice) {
        faultsOf(seal, last, options.publicKey).forEach((detail) => found(findingOf(seal, detail)));
        checked.seals += 1;
        checked.records += seal.records;
        last = seal;
      }
      size = slice.length;
    }
  }
  return checked;
}

/** What is wrong with a seal itself, in words. */
export function faultsOf(seal: Seal, before: Seal | undefined, publicKey: PublicKey | undefined): string[] {
  const faults = [];
  const number = String(BigInt(before?.number ?? 0) + 1n);
  if (seal.number !== number) faults.push(`follows seal ${before?.number ?? 0}: those between are missing`);
  if (seal.afterSequence !== (before?.throughSequence ?? '0'))
    faults.push('does not begin where the seal before ends');
  if (!seal.previous.equals(before?.hash ?? FIRST)) faults.push('does not name the hash of the seal before');
  if (!seal.hash.equals(hashOf(seal))) faults.push('its hash is not that of what it says');
  if (publicKey && !isSigned(seal, publicKey)) faults.push(`it is not signed with the key ${publicKey.id}`);
  return faults;
}

function isSigned({ hash, signature }: Seal, key: PublicKey): boolean {
  return signature !== null && key.verify(hash, signature);
}

function findingOf({ ledger, number }: Seal, detail: string): Finding {
  return { check: 'seals', subject: `seal ${number} of ledger ${ledger}`, detail };
}

/** What was sealed in one go: after < sequence ≤ through, of whatever ledgers. */
interface Window {
  after: string;
  through: string;
}

async function windowsOf(pool: SealsOptions['pool']): Promise<Window[]> {
  const { rows } = await pool.query<Window>(
    `select lag(through, 1, 0::bigint) over (order by through) as after, through
     from (select distinct through_sequence as through from journal.seals) t order by through`,
  );
  return rows;
}

interface Sealed {
  ledger: string;
  number: string;
  root: Buffer;
  sequences: string[];
  leaves: Buffer;
}

async function checkWindow({ pool, found }: SealsOptions, { after, through }: Window): Promise<void> {
  const sealed = await pool.query<Sealed>(
    'select ledger, number, root, sequences, leaves from journal.seals where through_sequence = $1',
    [through],
  );
  for (const seal of sealed.rows) {
    if (rootOf(leavesOf(seal.leaves)).equals(seal.root)) continue;
    const subject = `seal ${seal.number} of ledger ${seal.ledger}`;
    found({ check: 'seals', subject, detail: 'the leaves kept with it don’t come to its root' });
  }
  const { rows } = await pool.query<Difference>({
    text: differences,
    values: [
      after,
      through,
      sealed.rows.flatMap(({ ledger, sequences }) => sequences.map(() => ledger)),
      sealed.rows.flatMap(({ sequences }) => sequences),
      sealed.rows.flatMap(({ leaves }) => leavesOf(leaves)),
    ],
  });
  rows.forEach((row) => found(differenceOf(row)));
}

interface Difference {
  ledger: string;
  sequence: string;
  kind: string | null;
  id: string | null;
  change: 'changed' | 'removed' | 'inserted';
}

/** What is there ($1 < sequence ≤ $2) against what was sealed: ledgers $3, sequences $4, leaves $5. */
const differences = `
select coalesce(s.ledger, n.ledger) as ledger, coalesce(s.sequence, n.sequence) as sequence, n.kind, n.id,
  case when n.leaf is null then 'removed' when s.leaf is null then 'inserted' else 'changed' end as change
from unnest($3::text[], $4::bigint[], $5::bytea[]) s (ledger, sequence, leaf)
full join journal.leaves($1, $2) n on n.sequence = s.sequence and n.ledger = s.ledger
where s.leaf is distinct from n.leaf
order by 2`;

function differenceOf({ ledger, sequence, kind, id, change }: Difference): Finding {
  const what = kind === null ? 'record' : kind.replace('_', ' ');
  const subject = `${what} ${id ?? ''} (ledger ${ledger}, sequence ${sequence})`.replace('  ', ' ');
  return { check: 'seals', subject, detail: `was ${change} after it was sealed` };
}

interface Pages {
  partition: string;
  first: number;
  /** The first one that isn't in it. */
  end: number;
}

async function entryPages(pool: SealsOptions['pool']): Promise<Pages[]> {
  const { rows } = await pool.query<Pages>(
    `select c.oid::regclass::text as partition, first, first + ${PAGES} as end
     from pg_inherits i join pg_class c on c.oid = i.inhrelid,
       generate_series(0, greatest(pg_relation_size(c.oid) / current_setting('block_size')::bigint - 1, 0)::int, ${PAGES}) first
     where i.inhparent = 'journal.entries'::regclass order by c.oid, first`,
  );
  return rows;
}

/** Entries behind the last seal that no transaction names: the leaf of none has them. */
async function checkEntries({ pool, found }: SealsOptions, slice: Pages, through: string): Promise<void> {
  const { rows } = await pool.query<{ ledger: string; account: string; version: string; sequence: string }>(
    `select a.ledger, a.id as account, e.version, e.transaction_sequence as sequence
     from ${slice.partition} e left join journal.accounts a on a.no = e.account_no
     left join lateral (
       select t.account_nos[e.leg] = e.account_no and t.versions[e.leg] = e.version as named
       from journal.transactions t where t.sequence = e.transaction_sequence limit 1
     ) t on true
     where e.ctid >= '(${slice.first},0)' and e.ctid < '(${slice.end},0)' and e.transaction_sequence <= $1
       and named is not true
     limit ${NAMED}`,
    [through],
  );
  for (const { ledger, account, version, sequence } of rows) {
    const subject = `entry ${ledger}/${account} version ${version} (sequence ${sequence})`;
    found({ check: 'seals', subject, detail: 'was inserted: no transaction names it' });
  }
}

/** An account is what its changes say; one without any was never opened by a command. */
async function checkAccounts({ pool, found }: SealsOptions): Promise<void> {
  const { rows } = await pool.query<{ ledger: string; id: string }>(
    `select a.ledger, a.id from journal.accounts a
     where not exists (select from journal.account_changes c where c.account_no = a.no and c.revision = 1)
     order by a.no limit ${NAMED}`,
  );
  for (const { ledger, id } of rows) {
    found({ check: 'seals', subject: `account ${ledger}/${id}`, detail: 'was inserted: nothing opened it' });
  }
}

async function inParallel<T>(workers: number, work: T[], run: (one: T) => Promise<void>): Promise<void> {
  const queue = work.values();
  const worker = async () => {
    for (const one of queue) await run(one);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
