import type { Account, Side } from './account.js';
import type { Details } from './command.js';
import type { Draw, World } from './decide.js';
import type { Entry, Transaction, TransactionKind } from './record.js';

/** What one entry will do to an account, in minor units. */
export interface Move {
  account: Account;
  side: Side;
  posted: bigint;
  pending: bigint;
  currency?: string;
}

/** Moves played through: what would be recorded, if nothing forbids it. */
export interface Played {
  /** Each account that moves, as it was and as it will be, in order of its first move. */
  after: Map<Account, Account>;
  entries: Entry[];
  effectiveAt: string;
  recordedAt: string;
}

/**
 * Recorded time never runs backwards within an account. A child without an effective time of its own counts from when
 * it is recorded, and no earlier than its parent.
 */
export function play(
  moves: Move[],
  details: Details,
  { now }: Pick<World, 'now'>,
  { sequence }: Pick<Draw, 'sequence'>,
  parentEffectiveAt = '',
): Played {
  const recordedAt = recordingTime(
    moves.map(({ account }) => account),
    now,
  );
  const effectiveAt =
    details.effectiveAt ?? (parentEffectiveAt > recordedAt ? parentEffectiveAt : recordedAt);
  const after = new Map<Account, Account>();
  const entries = moves.map((move, index): Entry => {
    const next = moved(after.get(move.account) ?? move.account, move, { effectiveAt, recordedAt, sequence });
    after.set(move.account, next);
    return entryOf(next, index + 1, move, effectiveAt);
  });
  return { after, entries, effectiveAt, recordedAt };
}

/** The time of a record: now, or that of the newest record of its accounts, if the clock was set back since. */
export function recordingTime(accounts: Account[], now: string): string {
  return accounts.reduce((latest, { recordedAt: a }) => (a !== null && a > latest ? a : latest), now);
}

/** Members that only some kinds of transactions have. */
type Special = Partial<
  Pick<Transaction, 'rootId' | 'parentId' | 'step' | 'hold' | 'reversed' | 'wallet' | 'walletReference'>
>;

export function recordOf(
  kind: TransactionKind,
  details: Details,
  played: Played,
  draw: Draw,
  special: Special = {},
): { transaction: Transaction; accounts: Account[] } {
  return {
    accounts: [...played.after.values()],
    transaction: {
      sequence: draw.sequence,
      id: details.id ?? draw.id,
      ledger: draw.ledger,
      kind,
      rootId: special.rootId ?? null,
      parentId: special.parentId ?? null,
      step: special.step ?? null,
      reference: details.reference ?? null,
      description: details.description ?? null,
      effectiveAt: played.effectiveAt,
      recordedAt: played.recordedAt,
      metadata: details.metadata && Object.keys(details.metadata).length > 0 ? details.metadata : null,
      hold: special.hold ?? null,
      reversed: special.reversed ?? null,
      wallet: special.wallet ?? null,
      walletReference: special.walletReference ?? null,
      principal: draw.principal,
      idempotencyKey: draw.idempotencyKey,
      trace: draw.trace,
      entries: played.entries,
    },
  };
}

/** The accounts of a recorded transaction's entries as they are now: they were locked with it. */
export function movesOf(
  transaction: Transaction,
  world: World,
  what: (entry: Entry) => { side: Side; posted: bigint; pending: bigint },
): Move[] {
  return transaction.entries.map((entry) => ({ account: world.account(entry.account)!, ...what(entry) }));
}

function moved(
  account: Account,
  move: Move,
  { effectiveAt, recordedAt, sequence }: { effectiveAt: string; recordedAt: string; sequence: string },
): Account {
  const { maxEffectiveAt } = account;
  const { side, posted, pending } = move;
  const isDebit = side === 'debit';
  return {
    ...account,
    version: account.version + 1,
    sequence,
    postedDebits: isDebit ? account.postedDebits + posted : account.postedDebits,
    postedCredits: isDebit ? account.postedCredits : account.postedCredits + posted,
    pendingDebits: isDebit ? account.pendingDebits + pending : account.pendingDebits,
    pendingCredits: isDebit ? account.pendingCredits : account.pendingCredits + pending,
    maxEffectiveAt: maxEffectiveAt !== null && maxEffectiveAt > effectiveAt ? maxEffectiveAt : effectiveAt,
    recordedAt,
  };
}

function entryOf(account: Account, leg: number, move: Move, effectiveAt: string): Entry {
  return {
    leg,
    accountNo: account.no,
    account: account.id,
    accountType: account.type,
    currency: account.currency,
    side: move.side,
    version: account.version,
    posted: move.posted,
    pending: move.pending,
    postedDebits: account.postedDebits,
    postedCredits: account.postedCredits,
    pendingDebits: account.pendingDebits,
    pendingCredits: account.pendingCredits,
    maxEffectiveAt: account.maxEffectiveAt ?? effectiveAt,
  };
}
