import pg from 'pg';

/** The journal as rows say it, read in one snapshot and past every line of the service. */
export interface Journal {
  accounts: AccountRow[];
  changes: ChangeRow[];
  transactions: TransactionRow[];
  entries: EntryRow[];
  annotations: { transaction_id: string; revision: number; sequence: string; metadata: string }[];
  results: ResultRow[];
  outbox: {
    sequence: string;
    ledger: string;
    event_id: string;
    aggregatetype: string;
    aggregateid: string;
    payload: string;
  }[];
}

export interface AccountRow {
  no: string;
  id: string;
  type: string;
  currency: string;
  min_balance: string | null;
  revision: number;
  status: string;
}
export interface ChangeRow {
  account_no: string;
  revision: number;
  sequence: string;
  kind: string;
  status: string;
  metadata: string;
  idempotency_key: string | null;
}
export interface TransactionRow {
  sequence: string;
  ledger: string;
  id: string;
  kind: string;
  root_id: string | null;
  parent_id: string | null;
  step: number | null;
  account_nos: string[];
  versions: string[];
  reference: string | null;
  description: string | null;
  idempotency_key: string | null;
  recorded_at: string;
  hold_amount: string | null;
  hold_captured: string | null;
  hold_released: string | null;
  hold_remaining: string | null;
}
export interface EntryRow {
  account_no: string;
  version: string;
  transaction_sequence: string;
  leg: number;
  side: 'debit' | 'credit';
  posted: string;
  pending: string;
  posted_debits: string;
  posted_credits: string;
  pending_debits: string;
  pending_credits: string;
  recorded_at: string;
}
export interface ResultRow {
  key: string;
  status: number;
  body: string | null;
  transaction_sequence: string | null;
}

const queries: Record<keyof Journal, string> = {
  accounts: `select no, id, type, currency, min_balance, revision, status from journal.accounts where ledger = 'main'`,
  changes: `select account_no, revision, sequence, kind, status, metadata::text, idempotency_key
            from journal.account_changes order by sequence`,
  transactions: `select sequence, ledger, id, kind, root_id, parent_id, step, account_nos::text[], versions::text[], reference,
                   description, idempotency_key, recorded_at::text, hold_amount, hold_captured, hold_released,
                   hold_remaining
                 from journal.transactions order by sequence`,
  entries: `select account_no, version, transaction_sequence, leg, side, posted, pending, posted_debits, posted_credits,
              pending_debits, pending_credits, recorded_at::text
            from journal.entries order by account_no, version`,
  annotations: `select transaction_id, revision, sequence, metadata::text from journal.annotations order by sequence`,
  results: `select replace(key::text, '-', '') as key, status, body, transaction_sequence from journal.command_results`,
  outbox: `select sequence, split_part(source, '/', 3) as ledger, event_id, aggregatetype, aggregateid, payload from journal.outbox order by sequence`,
};

export async function readJournal(databaseUrl: string): Promise<Journal> {
  return (await read(databaseUrl, Object.keys(queries) as (keyof Journal)[])) as Journal;
}

export async function readOutbox(databaseUrl: string): Promise<Journal['outbox']> {
  return (await read(databaseUrl, ['outbox'])).outbox!;
}

async function read(databaseUrl: string, names: (keyof Journal)[]): Promise<Partial<Journal>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`set timezone to 'UTC'`);
    await client.query('begin isolation level repeatable read read only');
    const found: Partial<Record<keyof Journal, unknown>> = {};
    for (const name of names) found[name] = (await client.query(queries[name])).rows;
    return found as Partial<Journal>;
  } finally {
    await client.end();
  }
}
