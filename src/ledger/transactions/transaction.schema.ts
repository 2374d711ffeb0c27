import {
  amount,
  currency,
  id,
  listOf,
  metadata,
  nullable,
  object,
  oneOf,
  pageOf,
  ref,
  text,
  time,
  uuid,
  whole,
  type Schema,
} from '../../platform/answers.js';
import { holdStatuses, transactionKinds } from '../rules/record.js';
import { holdExample, transactionExample } from './transaction.example.js';

const transaction = {
  id: uuid,
  ledger: id,
  kind: oneOf(transactionKinds),
  status: oneOf(['posted', ...holdStatuses]),
  reference: nullable(text),
  description: nullable(text),
  effective_at: time,
  recorded_at: time,
  metadata,
  parent_id: {
    ...nullable(uuid),
    description: 'The hold of a capture, void or expiry, the original of a reversal.',
  },
  hold: { ...ref('HoldState'), description: 'Only of holds, captures, voids and expiries.' },
  entries: listOf(ref('Entry')),
};

const captureExample = {
  ...holdExample,
  id: '01994c3e-b2c4-7d10-a3e1-2f6c9d8b7a55',
  kind: 'capture',
  status: 'posted',
  parent_id: holdExample.id,
  hold: { ...holdExample.hold, captured: '500', remaining: '0' },
  entries: [
    captured('alice', 'debit', { debits: '500', credits: '1000', balance: '500' }),
    captured('hotel', 'credit', { debits: '0', credits: '500', balance: '500' }),
  ],
};

function captured(
  account: string,
  side: string,
  posted: { debits: string; credits: string; balance: string },
) {
  const balances = { posted, pending: { debits: '0', credits: '0' }, available: '500' };
  return { account, side, amount: '500', currency: 'USD', version: 3, balances };
}

/** What `transactionJson` answers with. */
export const transactionSchemas: Record<string, Schema> = {
  Entry: object(
    {
      account: id,
      side: oneOf(['debit', 'credit']),
      amount,
      currency,
      version: { ...whole(1), description: 'The account’s, with this entry.' },
      balances: ref('Balances'),
    },
    { example: transactionExample.entries[0] },
  ),
  HoldState: object(
    {
      amount,
      captured: amount,
      released: amount,
      remaining: amount,
      expires_at: { ...nullable(time), description: 'null: it does not expire.' },
    },
    {
      description: 'What became of a hold’s amount.',
      example: holdExample.hold,
    },
  ),
  Transaction: object(transaction, { optional: ['hold'], example: transactionExample }),
  TransactionPage: pageOf('Transaction', transactionExample),
  Hold: object(
    { ...transaction, kind: oneOf(['hold']), status: oneOf(holdStatuses) },
    {
      description: 'A transaction that reserves; its `hold` and `status` are those of now.',
      example: holdExample,
    },
  ),
  HoldPage: pageOf('Hold', holdExample),
  HoldStep: object(
    { ...transaction, kind: oneOf(['capture', 'void', 'expiry']), status: oneOf(['posted']) },
    { description: 'A transaction that takes from a hold; `hold` is what it left.', example: captureExample },
  ),
};
