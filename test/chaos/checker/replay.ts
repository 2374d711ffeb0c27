import { groupBy } from './group.js';
import type { AccountRow, EntryRow, Journal, TransactionRow } from './journal.js';
import type { Violation } from './violation.js';

const ZERO = { posted_debits: 0n, posted_credits: 0n, pending_debits: 0n, pending_credits: 0n };
type Totals = typeof ZERO;
const names = Object.keys(ZERO) as (keyof Totals)[];
const DEBIT_NORMAL = ['asset', 'expense'];

/** The journal by itself: the books balance, versions are contiguous, totals are those of a replay, chains add up. */
export function checkReplay(journal: Journal): Violation[] {
  return [
    ...balancedEach(journal),
    ...accountsReplayed(journal),
    ...legsWhereTheyAreSaidToBe(journal),
    ...chains(journal),
    ...statuses(journal),
    ...references(journal),
  ];
}

const found = (what: string): Violation => ({ check: 'replay', what });

function balancedEach({ entries }: Journal): Violation[] {
  const sums = new Map<string, [posted: bigint, pending: bigint]>();
  for (const { transaction_sequence: of, side, posted, pending } of entries) {
    const sum = sums.get(of) ?? [0n, 0n];
    const sign = side === 'debit' ? 1n : -1n;
    sums.set(of, [sum[0] + sign * BigInt(posted), sum[1] + sign * BigInt(pending)]);
  }
  return [...sums]
    .filter(([, [posted, pending]]) => posted !== 0n || pending !== 0n)
    .map(([of]) => found(`debits and credits of transaction ${of} differ`));
}

function accountsReplayed({ accounts, entries }: Journal): Violation[] {
  const violations: Violation[] = [];
  const account = new Map(accounts.map((row) => [row.no, row]));
  for (const [no, own] of groupBy(entries, (entry) => entry.account_no)) {
    const { id } = account.get(no) ?? { id: no };
    const say = (what: string) => void violations.push(found(`${id} ${what}`));
    let totals = ZERO;
    let before: EntryRow | undefined;
    own.forEach((entry, n) => {
      if (BigInt(entry.version) !== BigInt(n + 1)) say(`has version ${entry.version} in place of ${n + 1}`);
      totals = added(totals, entry);
      for (const name of names)
        if (BigInt(entry[name]) !== totals[name])
          say(`version ${entry.version}: ${name} ${entry[name]}, by replay ${totals[name]}`);
      if (before && BigInt(before.transaction_sequence) > BigInt(entry.transaction_sequence))
        say(`version ${entry.version} has a lesser sequence than the one before`);
      if (before && before.recorded_at > entry.recorded_at)
        say(`version ${entry.version} was recorded before the one before it`);
      // Limits are judged on a transaction's net effect.
      if (own[n + 1]?.transaction_sequence !== entry.transaction_sequence && isShort(account.get(no), totals))
        say(`version ${entry.version} is below its minimum`);
      before = entry;
    });
  }
  return violations;
}

function added(totals: Totals, { side, posted, pending }: EntryRow): Totals {
  const [postedName, pendingName] = [`posted_${side}s`, `pending_${side}s`] as const;
  return {
    ...totals,
    [postedName]: totals[postedName] + BigInt(posted),
    [pendingName]: totals[pendingName] + BigInt(pending),
  };
}

/** No client changes a limit. */
function isShort(account: AccountRow | undefined, totals: Totals): boolean {
  if (!account || account.min_balance === null) return false;
  const debitNormal = DEBIT_NORMAL.includes(account.type);
  const balance = totals.posted_debits - totals.posted_credits;
  const available = debitNormal ? balance - totals.pending_credits : -balance - totals.pending_debits;
  return available < BigInt(account.min_balance);
}

function legsWhereTheyAreSaidToBe({ transactions, entries }: Journal): Violation[] {
  const violations: Violation[] = [];
  const legs = groupBy(entries, (entry) => entry.transaction_sequence);
  for (const { sequence, account_nos, versions } of transactions) {
    const own = (legs.get(sequence) ?? []).toSorted((a, b) => a.leg - b.leg);
    const said = account_nos.map((no, n) => `${no}:${versions[n]}`).join();
    if (own.map(({ account_no, version }) => `${account_no}:${version}`).join() !== said)
      violations.push(found(`transaction ${sequence} does not have the legs it names`));
    legs.delete(sequence);
  }
  for (const sequence of legs.keys())
    violations.push(found(`entries of ${sequence}, which is no transaction`));
  return violations;
}

function chains({ transactions }: Journal): Violation[] {
  const violations: Violation[] = [];
  const steps = groupBy(
    transactions.filter(({ parent_id }) => parent_id !== null),
    ({ parent_id }) => parent_id!,
  );
  for (const hold of transactions.filter(({ kind }) => kind === 'hold')) {
    let before: TransactionRow = hold;
    const own = (steps.get(hold.id) ?? []).toSorted((a, b) => a.step! - b.step!);
    own.forEach((step, n) => {
      if (step.step !== n + 1)
        violations.push(found(`step ${step.step} of hold ${hold.id} in place of ${n + 1}`));
      if (before.hold_remaining === '0')
        violations.push(found(`hold ${hold.id} goes on after it was closed: ${step.kind} ${step.id}`));
      const sum = [step.hold_captured, step.hold_released, step.hold_remaining].reduce(
        (a, b) => a + BigInt(b!),
        0n,
      );
      if (sum !== BigInt(hold.hold_amount!))
        violations.push(found(`hold ${hold.id} does not add up at ${step.id}`));
      before = step;
    });
  }
  return violations;
}

/** A posting, hold or reversal on an account that was frozen or closed at that point of the order. */
function statuses({ accounts, changes, transactions }: Journal): Violation[] {
  const violations: Violation[] = [];
  const ids = new Map(accounts.map(({ no, id }) => [no, id]));
  const status = new Map<string, string>();
  const all = [...changes, ...transactions].sort((a, b) => Number(BigInt(a.sequence) - BigInt(b.sequence)));
  for (const row of all) {
    if ('revision' in row) status.set(row.account_no, row.status);
    else if (['posting', 'hold', 'reversal'].includes(row.kind))
      for (const no of row.account_nos)
        if (status.get(no) !== 'open')
          violations.push(found(`${row.kind} ${row.id} on ${ids.get(no)}, which is ${status.get(no)}`));
  }
  return violations;
}

function references({ transactions }: Journal): Violation[] {
  const used = groupBy(
    transactions.filter(({ reference }) => reference !== null),
    ({ ledger, reference }) => `${ledger} ${reference}`,
  );
  return [...used]
    .filter(([, all]) => all.length > 1)
    .map(([name]) => found(`reference ${name} is used twice`));
}
