import type pg from 'pg';
import { arrayLiteral } from '../../platform/array.js';
import type { Target } from '../versions.js';
import { projections, type Apply, type Rows } from '../projection.js';
import { newest, type Incoming } from './incoming.js';
import type { RowSource } from './journal-rows.js';

const transactionTypes = {
  sequence: 'bigint',
  id: 'uuid',
  ledger: 'text',
  kind: 'text',
  root_id: 'uuid',
  parent_id: 'uuid',
  reference: 'text',
  description: 'text',
  effective_at: 'timestamptz',
  recorded_at: 'timestamptz',
  metadata: 'jsonb',
  hold_captured: 'numeric',
  hold_remaining: 'numeric',
  expires_at: 'timestamptz',
  // An array each, which unnest would take apart.
  account_nos: 'text',
} as const;

const entryTypes = {
  sequence: 'bigint',
  leg: 'smallint',
  account: 'text',
  account_no: 'bigint',
  account_type: 'text',
  side: 'text',
  currency: 'text',
  version: 'bigint',
  posted: 'numeric',
  pending: 'numeric',
  posted_debits: 'numeric',
  posted_credits: 'numeric',
  pending_debits: 'numeric',
  pending_credits: 'numeric',
} as const;

const annotationTypes = {
  sequence: 'bigint',
  transaction_id: 'uuid',
  revision: 'int',
  metadata: 'jsonb',
} as const;

/** What entries have of their transaction, and its name there. */
const ofTransaction = {
  transaction_id: 'id',
  ledger: 'ledger',
  kind: 'kind',
  reference: 'reference',
  description: 'description',
  effective_at: 'effective_at',
  recorded_at: 'recorded_at',
} as const;

/** A query over columns of a batch of events, its parameters. */
interface EventRows {
  text: string;
  values: { of: keyof Incoming; column: string }[];
}

/** A batch of events as rows, with the columns of the journal's rows that a text uses: `i.NAME`. */
function eventRows(over: Rows, text: string): EventRows {
  const used = new Set([...text.matchAll(/\bi\.(\w+)/g)].map((match) => match[1]!));
  const values: EventRows['values'] = [];
  const unnest = (of: keyof Incoming, types: Record<string, string>, wanted: Set<string>) => {
    const columns = Object.keys(types).filter((column) => wanted.has(column));
    const arrays = columns.map((column) => `$${values.push({ of, column })}::${types[column]}[]`);
    return `unnest(${arrays.join(', ')}) as ${of} (${columns.join(', ')})`;
  };
  if (over === 'annotations') return { text: `select * from ${unnest(over, annotationTypes, used)}`, values };
  if (over === 'transactions') {
    const rows = unnest(over, transactionTypes, used);
    const columns = [...used].map((name) => (name === 'account_nos' ? `account_nos::bigint[]` : name));
    return { text: `select ${columns.join(', ')} from ${rows}`, values };
  }
  const of = Object.entries(ofTransaction).filter(([name]) => used.has(name));
  const rows = unnest(over, entryTypes, used.add('sequence'));
  if (of.length === 0) return { text: `select * from ${rows}`, values };
  const columns = of.map(([name, column]) => `transactions.${column} as ${name}`);
  const theirs = unnest(
    'transactions',
    transactionTypes,
    new Set(['sequence', ...of.map(([, column]) => column)]),
  );
  return {
    text: `select entries.*, ${columns.join(', ')} from ${rows} join ${theirs} using (sequence)`,
    values,
  };
}

interface Step extends Apply {
  target: Target;
}

/** What is done an account at a time comes last: others wait for it, until the commit only. */
function stepsOf(targets: Target[]): Step[] {
  const steps = projections.flatMap(({ name, apply }) =>
    targets
      .filter(({ projection }) => projection === name)
      .flatMap((target) => apply.map((step) => ({ ...step, target }))),
  );
  return [...steps.filter(({ byAccount }) => !byAccount), ...steps.filter(({ byAccount }) => byAccount)];
}

/** A projection's text over rows of a source, for one version of it. */
export function statement(text: string, incoming: string, schema: string): string {
  return text.replace('{incoming}', () => incoming).replaceAll('{schema}', schema);
}

/**
 * Applies decoded events to versions of projections. Twice, or in another order, comes to the same.
 * @param targets as `appliedTo` or `appliedAlone` gave them in this transaction
 */
export async function applyIncoming(
  client: pg.ClientBase,
  incoming: Incoming,
  targets: Target[],
): Promise<void> {
  if (!newest(incoming)) return;
  const small = sizeOf(incoming, 'entries') <= SMALL;
  const literals = new Map<string, string>();
  /** Each column is written once, however many statements take it. */
  const literal = (of: keyof Incoming, column: string) => {
    const key = `${of} ${column}`;
    const known = literals.get(key);
    if (known !== undefined) return known;
    const made = arrayLiteral((incoming[of] as Record<string, unknown[]>)[column]!);
    literals.set(key, made);
    return made;
  };
  let locked = false;
  for (const { over, text, byAccount, onlyHolds, target } of stepsOf(targets)) {
    if (sizeOf(incoming, over) === 0 || (onlyHolds && !hasHolds(incoming))) continue;
    if (byAccount && !locked) {
      await lockAccounts(client, incoming.entries.account_no);
      locked = true;
    }
    const rows = prepared(over, text, target.schema);
    const values = rows.values.map(({ of, column }) => literal(of, column));
    await client.query(small ? { ...rows, values } : { text: rows.text, values });
  }
}

/**
 * Up to so many entries, planning costs more than running, so the statement is prepared. Beyond, the plan of a prepared
 * one, blind to the length of the arrays, would join them by a nested loop.
 */
const SMALL = 200;
const statements = new Map<string, EventRows & { name: string }>();

function prepared(over: Rows, text: string, schema: string): EventRows & { name: string } {
  const key = `${schema} ${text}`;
  const known = statements.get(key);
  if (known) return known;
  const rows = eventRows(over, text);
  const made = { ...rows, name: `apply ${statements.size}`, text: statement(text, rows.text, schema) };
  statements.set(key, made);
  return made;
}

function hasHolds({ transactions }: Incoming): boolean {
  return transactions.hold_remaining.some((remaining) => remaining !== null);
}

/** Applies rows of the journal to versions of projections that nobody else applies to meanwhile. */
export async function applyJournal(
  client: pg.ClientBase,
  sources: Partial<Record<Rows, RowSource>>,
  targets: Target[],
): Promise<void> {
  for (const { over, text, target } of stepsOf(targets)) {
    const source = sources[over];
    if (source) await client.query(statement(text, source.text, target.schema), source.values);
  }
}

const LOCKS = 64;

/**
 * Until the commit nobody else applies to these accounts, nor to others of their buckets; what is read afterwards is
 * what they left. Rows to lock would have to be made first; and a lock an account would fill Postgres's table of them.
 */
async function lockAccounts(client: pg.ClientBase, accounts: unknown[]): Promise<void> {
  const buckets = new Set(accounts.map((no) => Number(BigInt(no as string | number) % BigInt(LOCKS))));
  await client.query(
    `select pg_advisory_xact_lock(hashtext('projections.accounts'), bucket)
     from (select bucket from unnest($1::int[]) bucket order by bucket) b`,
    [[...buckets]],
  );
}

/** The same for all accounts. */
export async function lockAllAccounts(client: pg.ClientBase): Promise<void> {
  await lockAccounts(
    client,
    Array.from({ length: LOCKS }, (_, bucket) => bucket),
  );
}

function sizeOf(incoming: Incoming, over: Rows): number {
  return Object.values(incoming[over])[0]!.length;
}
