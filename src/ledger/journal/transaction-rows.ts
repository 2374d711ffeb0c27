import type { AccountType, Side } from '../rules/account.js';
import type { Transaction, TransactionKind, WalletOperation } from '../rules/record.js';

/**
 * Transactions as they were recorded, with their entries, found by the places they name: the primary key of entries.
 * The entries come as JSON with every amount as text, so that no number of JavaScript ever holds one. Each is looked up
 * by itself (the limits keep it so): before there are statistics, a join would be planned to read all of them.
 */
export const selectTransactions = `
select t.sequence, t.id, t.ledger, t.kind, t.root_id, t.parent_id, t.step, t.reference, t.effective_at, t.recorded_at,
  t.description, t.metadata, t.principal, t.idempotency_key, t.trace, t.hold_amount, t.hold_captured, t.hold_released,
  t.hold_remaining, t.expires_at, t.reversed, t.wallet, t.wallet_reference,
  (select json_agg(json_build_object('leg', e.leg, 'account_no', e.account_no::text, 'account', a.id, 'type', a.type,
      'currency', a.currency, 'side', e.side, 'version', e.version, 'posted', e.posted::text,
      'pending', e.pending::text, 'posted_debits', e.posted_debits::text, 'posted_credits', e.posted_credits::text,
      'pending_debits', e.pending_debits::text, 'pending_credits', e.pending_credits::text,
      'max_effective_at', e.max_effective_at) order by e.leg)
   from unnest(t.account_nos, t.versions) l (account_no, version)
   cross join lateral (
     select * from journal.entries n where n.account_no = l.account_no and n.version = l.version limit 1
   ) e
   cross join lateral (select * from journal.accounts n where n.no = l.account_no limit 1) a) as entries
from journal.transactions t`;

export interface TransactionRow {
  sequence: string;
  id: string;
  ledger: string;
  kind: TransactionKind;
  root_id: string | null;
  parent_id: string | null;
  step: number | null;
  reference: string | null;
  effective_at: string;
  recorded_at: string;
  description: string | null;
  metadata: Record<string, unknown> | null;
  principal: string;
  idempotency_key: string | null;
  trace: string | null;
  hold_amount: string | null;
  hold_captured: string;
  hold_released: string;
  hold_remaining: string;
  expires_at: string | null;
  reversed: string | null;
  wallet: WalletOperation | null;
  wallet_reference: string | null;
  entries: {
    leg: number;
    account_no: string;
    account: string;
    type: AccountType;
    currency: string;
    side: Side;
    version: number;
    posted: string;
    pending: string;
    posted_debits: string;
    posted_credits: string;
    pending_debits: string;
    pending_credits: string;
    max_effective_at: string;
  }[];
}

export function transactionOf(row: TransactionRow): Transaction {
  return {
    sequence: row.sequence,
    id: row.id,
    ledger: row.ledger,
    kind: row.kind,
    rootId: row.root_id,
    parentId: row.parent_id,
    step: row.step,
    reference: row.reference,
    effectiveAt: row.effective_at,
    recordedAt: row.recorded_at,
    description: row.description,
    metadata: row.metadata,
    hold: holdOf(row),
    reversed: row.reversed === null ? null : BigInt(row.reversed),
    wallet: row.wallet,
    walletReference: row.wallet_reference,
    principal: row.principal,
    idempotencyKey: row.idempotency_key,
    trace: row.trace,
    entries: row.entries.map((entry) => ({
      leg: entry.leg,
      accountNo: entry.account_no,
      account: entry.account,
      accountType: entry.type,
      currency: entry.currency,
      side: entry.side,
      version: entry.version,
      posted: BigInt(entry.posted),
      pending: BigInt(entry.pending),
      postedDebits: BigInt(entry.posted_debits),
      postedCredits: BigInt(entry.posted_credits),
      pendingDebits: BigInt(entry.pending_debits),
      pendingCredits: BigInt(entry.pending_credits),
      maxEffectiveAt: entry.max_effective_at,
    })),
  };
}

function holdOf(row: TransactionRow): Transaction['hold'] {
  if (row.hold_amount === null) return null;
  return {
    id: row.root_id ?? row.id,
    amount: BigInt(row.hold_amount),
    captured: BigInt(row.hold_captured),
    released: BigInt(row.hold_released),
    remaining: BigInt(row.hold_remaining),
    expiresAt: row.expires_at,
  };
}
