import type { Json } from '../../support/client.js';
import { spanOf, transactionsOf, type AccountRead, type BankLook, type Operation } from '../history.js';
import { groupBy } from './group.js';
import type { Journal } from './journal.js';
import type { Violation } from './violation.js';

const found = (what: string): Violation => ({ check: 'reads', what });
const show = ({ reader, account, consistency, version, began }: AccountRead) =>
  `${reader} read ${account} (${consistency}) at version ${version}, asked at ${began.toFixed(0)} ms`;

/** What readers saw: never an older state than they may, and never one that there never was. */
export function checkReads(reads: AccountRead[], operations: Operation[], journal: Journal): Violation[] {
  return [
    ...reads.filter(({ version, minVersion = 0 }) => version < minVersion).map(tooOld),
    ...monotonic(reads),
    ...strong(reads, operations),
    ...asTheJournal(reads, journal),
  ];
}

/** Money of a closed set is never more or less. */
export function checkLooks(looks: BankLook[], total: bigint): Violation[] {
  return looks
    .filter((look) => BigInt(look.total) !== total)
    .map(({ how, began, total: seen }) => ({
      check: 'bank',
      what: `${how} at ${began.toFixed(0)} ms showed ${seen} in all, not ${total}`,
    }));
}

const tooOld = (read: AccountRead) => found(`${show(read)}, though ${read.minVersion} was the least`);

/** Each reader by itself, one read after the other, whichever API answered. */
function monotonic(reads: AccountRead[]): Violation[] {
  const own = groupBy(reads, ({ reader, account, consistency }) => `${reader} ${account} ${consistency}`);
  return [...own.values()].flatMap((each) =>
    each
      .filter((read, n) => n > 0 && each[n - 1]!.ended <= read.began && read.version < each[n - 1]!.version)
      .map((read) => found(`${show(read)}, after a greater version`)),
  );
}

/** A strong read has whatever was acknowledged, or shown by another strong read, before it was asked for. */
function strong(reads: AccountRead[], operations: Operation[]): Violation[] {
  const known = [
    ...operations.flatMap(versionsOf),
    ...reads.filter(({ consistency }) => consistency === 'strong'),
  ];
  const of = groupBy(known, ({ account }) => account);
  const asked = groupBy(
    reads.filter(({ consistency }) => consistency === 'strong'),
    ({ account }) => account,
  );
  return [...asked].flatMap(([account, own]) => {
    const told = of.get(account)!.toSorted((a, b) => a.ended - b.ended);
    const violations: Violation[] = [];
    let [n, least] = [0, 0];
    for (const read of own.toSorted((a, b) => a.began - b.began)) {
      for (; n < told.length && told[n]!.ended < read.began; n++) least = Math.max(least, told[n]!.version);
      if (read.version < least) violations.push(found(`${show(read)}, though ${least} was known before`));
    }
    return violations;
  });
}

function versionsOf(operation: Operation): { account: string; version: number; ended: number }[] {
  const { ended } = spanOf(operation);
  return transactionsOf(operation).flatMap(({ entries }) =>
    entries.map(({ account, version }: Json) => ({ account, version: Number(version), ended })),
  );
}

/** The balances of a read are those after the entry of its version. */
function asTheJournal(reads: AccountRead[], { accounts, entries }: Journal): Violation[] {
  const ids = new Map(accounts.map(({ no, id }) => [no, id]));
  const totals = new Map(
    entries.map((e) => [
      `${ids.get(e.account_no)} ${e.version}`,
      [e.posted_debits, e.posted_credits, e.pending_debits, e.pending_credits].join(),
    ]),
  );
  return reads
    .filter(({ account, version, balances: { posted, pending } }) => {
      const shown = [posted.debits, posted.credits, pending.debits, pending.credits].join();
      return shown !== (version === 0 ? '0,0,0,0' : totals.get(`${account} ${version}`));
    })
    .map((read) => found(`${show(read)}, with balances that the journal does not have there`));
}
