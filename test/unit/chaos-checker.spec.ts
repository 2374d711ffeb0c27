import { describe, expect, test } from '@jest/globals';
import { checkHistory } from '../chaos/checker/check.js';
import { checkTopic } from '../chaos/checker/topic.js';
import type { Attempt } from '../chaos/history.js';
import { madeUp, type MadeUp } from '../support/made-up-history.js';

const check = ({ journal, history, records }: MadeUp) =>
  [...checkHistory(history, journal), ...checkTopic('ledger.transactions.v1', records, journal.outbox)].map(
    ({ check, what, operation }) => `${check}: ${operation ? `${operation.key} ` : ''}${what}`,
  );

const attemptOf = ({ history }: MadeUp, key: string): Attempt =>
  history.operations.find((operation) => operation.key === key)!.attempts[0]!;
const transactionOf = ({ journal }: MadeUp, key: string) =>
  journal.transactions.find(({ idempotency_key }) => idempotency_key === key)!;
const entriesOf = (world: MadeUp, key: string) =>
  world.journal.entries.filter(
    ({ transaction_sequence }) => transaction_sequence === transactionOf(world, key).sequence,
  );
/** As if it had never been recorded. */
function forget(world: MadeUp, key: string): void {
  const { journal } = world;
  const gone = entriesOf(world, key);
  journal.entries = journal.entries.filter((entry) => !gone.includes(entry));
  journal.transactions = journal.transactions.filter((row) => row !== transactionOf(world, key));
}
const answer = (world: MadeUp, key: string, change: (body: { entries: Leg[] }) => void) => {
  const attempt = attemptOf(world, key);
  const body = JSON.parse(attempt.text!);
  change(body);
  attempt.text = JSON.stringify(body);
};
interface Leg {
  amount: string;
  balances: { posted: { credits: string } };
}

/** What goes wrong, how it looks, and what the checker says of it. */
const anomalies: [string, (world: MadeUp) => void, RegExp][] = [
  [
    'an acknowledged command is lost',
    (w) => forget(w, 'captured'),
    /captured was acknowledged and is not in the/,
  ],
  [
    'a command took effect twice',
    (w) => w.journal.transactions.push({ ...transactionOf(w, 'second'), id: 'other', sequence: '99' }),
    /effects: second took effect 2 times, where 1 is the most/,
  ],
  [
    'an unknown one took effect twice',
    (w) => {
      w.history.operations[1]!.attempts = [];
      w.journal.transactions.push({ ...transactionOf(w, 'second'), id: 'other', sequence: '99' });
    },
    /effects: second took effect 2 times, where 1 is the most/,
  ],
  [
    'a refused one took effect',
    (w) => void (transactionOf(w, 'second').idempotency_key = 'refused'),
    /effects: refused took effect 1 times, where 0 is the most/,
  ],
  [
    'a dry run took effect',
    (w) => {
      Object.assign(w.history.operations[0]!, { dryRun: true, mark: 'dry' });
      transactionOf(w, 'first').description = 'dry';
    },
    /effects: first was a dry run and is in the journal/,
  ],
  [
    'a retry is answered with other bytes',
    (w) =>
      w.history.operations[0]!.attempts.push({
        ...attemptOf(w, 'first'),
        text: `${attemptOf(w, 'first').text} `,
      }),
    /effects: first is answered otherwise than before/,
  ],
  [
    'a retry is answered with another status',
    (w) => w.history.operations[0]!.attempts.push({ ...attemptOf(w, 'first'), status: 200 }),
    /effects: first is answered otherwise than before/,
  ],
  [
    'an answer shows a balance that the journal does not have',
    (w) => answer(w, 'first', ({ entries }) => void (entries[1]!.balances.posted.credits = '51')),
    /effects: first has other entries than it was answered/,
  ],
  [
    'another amount is moved than was asked for',
    (w) => void (w.history.operations[0]!.legs![0]!.amount = '49'),
    /effects: first is answered with other legs than it asked for/,
  ],
  [
    'an acknowledged result is not stored',
    (w) => void w.journal.results.shift(),
    /effects: first has no stored result/,
  ],
  [
    'a refusal is stored with another body',
    (w) => void (w.journal.results.at(-1)!.body = '{}'),
    /effects: refused is stored with another body/,
  ],
  [
    'of an atomic bulk a part took effect',
    (w) => {
      const { history } = w;
      const bulk = { kind: 'bulk', path: 'bulk', body: { mode: 'atomic', commands: [{}, {}] }, attempts: [] };
      history.operations.push({ ...history.operations[0]!, ...bulk, key: 'whole', legs: undefined });
      history.operations.shift();
      transactionOf(w, 'first').idempotency_key = 'whole→0';
    },
    /effects: whole is atomic, and 1 of 2 took effect/,
  ],
  [
    'an acknowledged change of metadata is lost',
    (w) => {
      const patch = { method: 'PATCH', path: 'transactions/tx-first', key: null, mark: 'm1' } as const;
      w.history.operations.push({ ...w.history.operations[0]!, ...patch, legs: undefined });
    },
    /effects: .*was acknowledged and is not in the journal/,
  ],
  [
    'what began later has the earlier version',
    (w) => {
      const [earlier, later] = [attemptOf(w, 'first'), attemptOf(w, 'second')];
      [earlier.began, later.began] = [later.began, earlier.began];
      [earlier.ended, later.ended] = [later.ended, earlier.ended];
    },
    /order: second was acknowledged before #0 began, and has version 3 of bank-1 after its 2/,
  ],
  [
    'what began later has the lesser sequence',
    (w) => void (transactionOf(w, 'second').sequence = '4'),
    /order: first was acknowledged before #1 began, and has sequence 5 of bank-1 after its 4/,
  ],
  [
    'a reader goes back in time',
    (w) => void w.history.reads.push({ ...w.history.reads.at(-4)!, began: 900, ended: 901 }),
    /reads: eventual read bank-1 \(eventual\) at version 2, asked at 900 ms, after a greater version/,
  ],
  [
    'a strong read does not have what was acknowledged',
    (w) => void w.history.reads.push({ ...w.history.reads[0]!, reader: 'late', began: 900, ended: 901 }),
    /reads: late read bank-1 \(strong\) at version 2, asked at 900 ms, though 5 was known before/,
  ],
  [
    'a client does not find what it wrote',
    (w) => void (w.history.reads.at(-1)!.minVersion = 6),
    /reads: .* at version 5, asked at \d+ ms, though 6 was the least/,
  ],
  [
    'a read shows a state that never was',
    (w) => {
      const read = w.history.reads[0]!;
      read.balances = { ...read.balances, posted: { ...read.balances.posted, debits: '7' } };
    },
    /reads: .*with balances that the journal does not have there/,
  ],
  [
    'money of the bank is gone for a moment',
    (w) => void w.history.looks.push({ how: 'strong reads', began: 3, total: '5950' }),
    /bank: strong reads at 3 ms showed 5950 in all, not 6000/,
  ],
  [
    'debits and credits differ',
    (w) => void (entriesOf(w, 'captured')[0]!.posted = '21'),
    /replay: debits and credits of transaction \d+ differ/,
  ],
  [
    'a version is missing',
    (w) => void (w.journal.entries = w.journal.entries.filter((e) => e !== entriesOf(w, 'second')[1])),
    /replay: bank-1 has version 4 in place of 3/,
  ],
  [
    'a running total is not that of a replay',
    (w) => void (entriesOf(w, 'captured')[0]!.posted_debits = '71'),
    /replay: bank-1 version 5: posted_debits 71, by replay 70/,
  ],
  [
    'an account goes below its minimum',
    (w) => void (w.journal.accounts[1]!.min_balance = '5990'),
    /replay: bank-1 version 2 is below its minimum/,
  ],
  [
    'a hold is captured after it was closed',
    (w) => {
      const step = transactionOf(w, 'captured');
      w.journal.transactions.push({ ...step, id: 'again', sequence: '99', step: 2 });
    },
    /replay: hold tx-held goes on after it was closed: capture again/,
  ],
  [
    'a hold does not add up',
    (w) => void (transactionOf(w, 'captured').hold_captured = '19'),
    /replay: hold tx-held does not add up/,
  ],
  [
    'something is posted to a frozen account',
    (w) => w.journal.changes.push({ ...w.journal.changes[1]!, revision: 2, sequence: '5', status: 'frozen' }),
    /replay: posting tx-second on bank-1, which is frozen/,
  ],
  [
    'a reference is used twice',
    (w) => ['first', 'second'].forEach((key) => (transactionOf(w, key).reference = 'order-1')),
    /replay: reference main order-1 is used twice/,
  ],
  [
    'the topic lacks an event',
    (w) => void w.records.pop(),
    /topic: ledger.transactions.v1 lacks tx-captured/,
  ],
  [
    'the topic has an event that was never recorded',
    (w) => void (w.records[0]!.headers = { ce_id: 'ghost' }),
    /topic: ledger.transactions.v1 has ghost, which was never recorded/,
  ],
  [
    'an event comes twice and differs',
    (w) =>
      void w.records.push({
        ...w.records[0]!,
        offset: '99',
        headers: { ce_id: 'tx-funding', ce_time: 'other' },
      }),
    /topic: ledger.transactions.v1 has tx-funding in two ways/,
  ],
  [
    'an event is changed on its way',
    (w) => void (w.records[0]!.value = 'changed'),
    /topic: ledger.transactions.v1 has tx-funding otherwise than it was recorded/,
  ],
  [
    'a capture comes before its hold',
    (w) => {
      const [held, captured] = w.records.slice(-2);
      [held!.offset, captured!.offset] = [captured!.offset, held!.offset];
    },
    /topic: ledger.transactions.v1 has the events of tx-held out of order/,
  ],
  [
    'events of one root are in several partitions',
    (w) => void (w.records.at(-1)!.partition = 7),
    /topic: ledger.transactions.v1 has the events of tx-held in several partitions/,
  ],
  [
    'a follower of the events misses one',
    (w) => void w.history.feed.events.pop(),
    /feed: tx-captured never came/,
  ],
  [
    'a follower of the events is given one twice',
    (w) => void w.history.feed.events.push(w.history.feed.events[0]!),
    /feed: tx-funding came twice/,
  ],
  [
    'a client gets an answer that no fault excuses',
    (w) => void w.history.odd.push('status 500'),
    /answers: status 500/,
  ],
];

describe('the checker of `npm run chaos`', () => {
  test('has nothing to say of a history without a fault', () => {
    expect(check(madeUp())).toEqual([]);
  });

  test.each(anomalies)('tells when %s', (_, plant, message) => {
    const world = madeUp();
    plant(world);
    expect(check(world)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  test('lets pass what came twice and is the same', () => {
    const world = madeUp();
    world.records.push({ ...world.records[0]!, offset: '99' });
    world.history.operations[0]!.attempts.push({ ...attemptOf(world, 'first'), replayed: true });
    expect(check(world)).toEqual([]);
  });

  test('lets pass that what was underway at the same time comes in any order', () => {
    const world = madeUp();
    const [earlier, later] = [attemptOf(world, 'first'), attemptOf(world, 'second')];
    [earlier.began, earlier.ended, later.began, later.ended] = [4, 9, 3, 8];
    expect(check(world)).toEqual([]);
  });
});
