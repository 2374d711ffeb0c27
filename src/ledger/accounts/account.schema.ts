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
  signed,
  sum,
  text,
  time,
  type Schema,
  uuid,
  whole,
} from '../../platform/answers.js';
import { accountStatuses, accountTypes } from '../rules/account.js';
import { transactionKinds } from '../rules/record.js';
import { accountExample, entryExample, statementExample, dailyTotalsExample } from './examples.js';

const side = oneOf(['debit', 'credit']);

/** What `accountView`, `entryView` and the statement answer with. */
export const accountSchemas: Record<string, Schema> = {
  Balances: object(
    {
      posted: object({ debits: amount, credits: amount, balance: signed }),
      pending: object({ debits: amount, credits: amount }),
      available: { ...sum, description: 'The posted balance less what holds have promised away.' },
    },
    {
      description: '`balance` and `available` are signed to the normal side.',
      example: accountExample.balances,
    },
  ),
  Account: object(
    {
      id,
      ledger: id,
      type: oneOf(accountTypes),
      normal_side: side,
      currency,
      status: oneOf(accountStatuses),
      min_balance: { ...nullable(signed), description: 'null: unbounded.' },
      max_balance: { ...nullable(signed), description: 'null: unbounded.' },
      metadata,
      version: { ...whole(0), description: 'How many entries it has.' },
      revision: { ...whole(1), description: 'Counts changes of the account itself; the ETag.' },
      balances: ref('Balances'),
      opened_at: time,
    },
    { example: accountExample },
  ),
  AccountPage: pageOf('Account', accountExample),
  AccountEntry: object(
    {
      account: id,
      version: whole(1),
      transaction_id: uuid,
      kind: oneOf(transactionKinds),
      leg: { ...whole(1), description: 'Its place in the transaction.' },
      side,
      posted: amount,
      pending: { ...signed, description: 'Negative where a hold is captured or released.' },
      balances: ref('Balances'),
      effective_at: time,
      recorded_at: time,
    },
    { description: 'An entry as its account sees it, with the balances after it.', example: entryExample },
  ),
  AccountEntryPage: pageOf('AccountEntry', entryExample),
  StatementLine: object(
    {
      version: whole(1),
      transaction_id: uuid,
      kind: oneOf(transactionKinds),
      side,
      amount,
      reference: nullable(text),
      description: nullable(text),
      effective_at: time,
      recorded_at: time,
      balance: { ...signed, description: 'After this line, by effective time.' },
    },
    { example: statementExample.lines[0] },
  ),
  DailyTotals: object(
    {
      day: { type: 'string', format: 'date' },
      opening: sum,
      debits: amount,
      credits: amount,
      closing: { ...sum, description: 'Posted, signed to the normal side, as is the opening.' },
      entries: whole(1),
    },
    { example: dailyTotalsExample },
  ),
  DailyTotalsPage: pageOf('DailyTotals', dailyTotalsExample),
  Statement: object(
    {
      account: id,
      currency,
      from: time,
      to: time,
      opening: signed,
      lines: listOf(ref('StatementLine')),
      closing: signed,
      next_cursor: nullable(text),
    },
    {
      description: '`opening` and `closing` are those of the whole range, on each of its pages.',
      example: statementExample,
    },
  ),
};
