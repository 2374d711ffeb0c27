import * as wrong from './wrong.js';

export interface Endpoint {
  method: 'POST' | 'PUT' | 'PATCH';
  path: string;
  /** As a command of a bulk, with what names there what the path does here. */
  command?: object;
  sound: object;
  /** By the field's path; `0` is the first of a list. */
  fields: Record<string, unknown[]>;
}

const ledger = '/v1/ledgers/{ledger}';
export const uuid = '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21';
const details = {
  reference: wrong.printable(255),
  description: wrong.text(1024),
  effective_at: wrong.time,
  metadata: wrong.metadata,
};
export const money = { minor_units: 5, currency: 'USD' };
const moneyFields = (field: string) => ({
  [field]: wrong.object,
  [`${field}.minor_units`]: wrong.amount,
  [`${field}.currency`]: wrong.currency,
});
export const entry = { account: 'world', side: 'debit', amount: '1', currency: 'USD', if: { version: 1 } };
export const entries = [entry, { account: 'bob', side: 'credit', amount: '1' }];
const entryFields = {
  entries: [5, 'x', {}, [], [entry], Array.from({ length: 201 }, () => entry)],
  'entries.0.account': wrong.id,
  'entries.0.side': wrong.choice,
  'entries.0.amount': wrong.amount,
  'entries.0.currency': wrong.currency,
  'entries.0.if': [...wrong.object, {}],
  'entries.0.if.version': wrong.whole(0, Number.MAX_SAFE_INTEGER),
  'entries.0.if.posted': wrong.comparison,
  'entries.0.if.available': wrong.comparison,
};

/** Every endpoint that takes a body. */
export const endpoints: Endpoint[] = [
  {
    method: 'PUT',
    path: ledger,
    sound: { description: 'x', metadata: {} },
    fields: { description: wrong.text(1024), metadata: wrong.metadata },
  },
  {
    method: 'POST',
    path: `${ledger}/accounts`,
    command: { command: 'open_account' },
    sound: {
      id: 'new',
      type: 'liability',
      currency: 'USD',
      min_balance: '0',
      max_balance: '5000',
      metadata: {},
    },
    fields: {
      id: wrong.id,
      type: wrong.choice,
      currency: wrong.currency,
      min_balance: [...wrong.signed, '5001'],
      max_balance: wrong.signed,
      metadata: wrong.metadata,
    },
  },
  {
    method: 'PATCH',
    path: `${ledger}/accounts/{id}`,
    sound: { min_balance: '0', max_balance: '5000', metadata: {} },
    fields: {
      min_balance: [...wrong.signed, '5001'],
      max_balance: wrong.signed,
      metadata: wrong.metadata,
    },
  },
  {
    method: 'POST',
    path: `${ledger}/transactions`,
    command: { command: 'transaction' },
    sound: { entries },
    fields: { ...details, id: wrong.uuid, ...entryFields },
  },
  {
    method: 'PATCH',
    path: `${ledger}/transactions/{id}`,
    sound: { metadata: { a: 1 } },
    fields: { metadata: wrong.metadata },
  },
  {
    method: 'POST',
    path: `${ledger}/transactions/{id}/reverse`,
    command: { command: 'reverse', transaction_id: uuid },
    sound: { reason: 'x', amount: '1' },
    fields: {
      ...details,
      description: wrong.text(1024),
      amount: wrong.amount,
      reason: wrong.text(1024),
    },
  },
  {
    method: 'POST',
    path: `${ledger}/transfers`,
    command: { command: 'transfer' },
    sound: { from: 'world', to: [{ account: 'bob', share: '100%' }], amount: '1' },
    fields: {
      ...details,
      id: wrong.uuid,
      from: wrong.id,
      to: [
        5,
        true,
        {},
        [],
        '',
        'a b',
        { account: 'bob' },
        Array.from({ length: 200 }, () => ({ account: 'a', amount: 1 })),
      ],
      'to.0.account': [...wrong.id, 'world'],
      'to.0.amount': wrong.amount,
      'to.0.share': [
        '',
        '70',
        '0%',
        '0.0%',
        '100.1%',
        '101%',
        '-1%',
        '1,5%',
        '0.00000000001%',
        'rest',
        5,
        0.7,
        true,
        {},
      ],
      amount: wrong.amount,
      up_to: wrong.amount,
    },
  },
  {
    method: 'POST',
    path: `${ledger}/holds`,
    command: { command: 'hold' },
    sound: { from: 'world', to: 'bob', amount: '1' },
    fields: {
      ...details,
      id: wrong.uuid,
      from: wrong.id,
      to: [...wrong.id, 'world'],
      amount: wrong.amount,
      ...entryFields,
      expires_at: [...wrong.time, '2020-01-01T00:00:00Z'],
      expires_in: wrong.whole(1, 3_155_760_000),
    },
  },
  {
    method: 'POST',
    path: `${ledger}/holds/{id}/capture`,
    command: { command: 'capture', hold_id: uuid },
    sound: { amount: '1' },
    fields: { ...details, amount: wrong.amount, keep_open: wrong.flag },
  },
  {
    method: 'POST',
    path: `${ledger}/holds/{id}/void`,
    command: { command: 'void', hold_id: uuid },
    sound: {},
    fields: details,
  },
  {
    method: 'POST',
    path: `${ledger}/bulk`,
    sound: { mode: 'atomic', commands: [{ command: 'transfer', from: 'world', to: 'bob', amount: 1 }] },
    fields: {
      mode: wrong.choice,
      commands: [5, true, 'x', {}, [], Array.from({ length: 10_001 }, () => 0)],
    },
  },
  ...['debit', 'credit', 'hold'].map((operation): Endpoint => {
    return {
      method: 'POST',
      path: `/v1/wallet/${operation}`,
      sound: { account_id: 'alice', amount: money, reference_id: 'r' },
      fields: {
        account_id: wrong.id,
        ...moneyFields('amount'),
        reason: wrong.text(1024),
        reference_id: wrong.printable(240),
      },
    };
  }),
  {
    method: 'POST',
    path: '/v1/wallet/commit',
    sound: { hold_id: uuid, amount: money },
    fields: { hold_id: wrong.uuid, ...moneyFields('amount') },
  },
  {
    method: 'POST',
    path: '/v1/wallet/rollback',
    sound: { hold_id: uuid },
    fields: { hold_id: wrong.uuid },
  },
];
