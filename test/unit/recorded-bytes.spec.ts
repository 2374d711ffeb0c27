import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { transactionEvent } from '../../src/events/transaction-event.js';
import { walletEvent } from '../../src/events/wallet-event.js';
import { answerOfRecord } from '../../src/ledger/journal/answers.js';
import type { Entry, Transaction } from '../../src/ledger/rules/record.js';

const file = 'test/data/recorded-bytes.json';

const entry = (leg: number, more: Partial<Entry> = {}): Entry => ({
  leg,
  accountNo: String(40 + leg),
  account: `a.b:c@d-${leg}`,
  accountType: leg === 1 ? 'asset' : 'liability',
  currency: leg === 3 ? 'JPY' : 'USD',
  side: leg === 1 ? 'debit' : 'credit',
  version: 7 + leg,
  posted: 250n,
  pending: 0n,
  postedDebits: 99999999999999999999999999999999999999n,
  postedCredits: 12n,
  pendingDebits: 3n,
  pendingCredits: 4n,
  maxEffectiveAt: '2026-02-01T00:00:00.000000Z',
  ...more,
});

const posting: Transaction = {
  sequence: '9007199254740993',
  id: '019ab3c0-0000-7000-8000-000000000001',
  ledger: 'main',
  kind: 'posting',
  rootId: null,
  parentId: null,
  step: null,
  reference: null,
  description: null,
  effectiveAt: '2026-01-31T23:59:59.999999Z',
  recordedAt: '2026-02-01T00:00:00.000001Z',
  metadata: null,
  hold: null,
  reversed: null,
  wallet: null,
  walletReference: null,
  principal: 'shop',
  idempotencyKey: null,
  trace: null,
  entries: [entry(1), entry(2)],
};
const held: Transaction = {
  ...posting,
  kind: 'hold',
  hold: { id: posting.id, amount: 250n, captured: 0n, released: 0n, remaining: 250n, expiresAt: null },
  entries: [1, 2].map((leg) => entry(leg, { posted: 0n, pending: 250n })),
};
const child = { rootId: posting.id, parentId: posting.id, id: posting.id.replace(/1$/, '2'), step: 1 };
const rest = { id: posting.id, amount: 250n, captured: 50n, released: 0n, remaining: 200n };

const transactions: Record<string, Transaction> = {
  posting,
  'with all that a caller may say': {
    ...posting,
    reference: 'order "7" \\ é \u2028',
    description: 'line\nbreak\u0007 𝄞',
    metadata: { z: [1, { k: null }], a: 'b"', 1: 0.5 },
    idempotencyKey: 'k"\\ ~',
    trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    entries: [entry(1, { posted: 500n }), entry(2), entry(3)],
  },
  'with a trace id': { ...posting, trace: 'id "x"' },
  hold: held,
  'hold that expires': { ...held, hold: { ...held.hold!, expiresAt: '2026-03-01T00:00:00.000000Z' } },
  capture: {
    ...posting,
    ...child,
    kind: 'capture',
    hold: { ...rest, expiresAt: null },
    entries: [1, 2].map((leg) => entry(leg, { posted: 50n, pending: -50n })),
  },
  void: {
    ...posting,
    ...child,
    kind: 'void',
    hold: { ...rest, captured: 0n, released: 250n, remaining: 0n, expiresAt: null },
    entries: [1, 2].map((leg) => entry(leg, { posted: 0n, pending: -250n })),
  },
  reversal: { ...posting, ...child, kind: 'reversal', reversed: 250n },
  wallet: { ...posting, wallet: 'debit', walletReference: 'bet "1"', reference: 'r' },
};

/**
 * Events and answers are made again from the journal wherever they are needed: those of a record that is years old have
 * to come out as they were written then. A change that fails here needs the old form kept for old records.
 */
test.each(Object.keys(transactions))('the event and the answer of a record keep their bytes: %s', (name) => {
  const transaction = transactions[name]!;
  const { payload } = transactionEvent(transaction);
  const wallet = transaction.wallet ? walletEvent(transaction).payload : null;
  const bytes = { event: payload, wallet, ...answerOfRecord(transaction) };
  const pinned = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  if (process.env.WRITE_BYTES) {
    pinned[name] = bytes;
    writeFileSync(file, `${JSON.stringify(pinned, null, 2)}\n`);
  }
  expect(bytes).toEqual(pinned[name]);
  expect(JSON.stringify(JSON.parse(payload))).toBe(payload);
});
