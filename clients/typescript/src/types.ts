import type { components, operations } from './schema.js';

type Schemas = components['schemas'];

export type Ledger = Schemas['Ledger'];
export type Balances = Schemas['Balances'];
export type Account = Schemas['Account'];
export type AccountEntry = Schemas['AccountEntry'];
export type DailyTotals = Schemas['DailyTotals'];
export type Statement = Schemas['Statement'];
export type StatementLine = Schemas['StatementLine'];
export type Entry = Schemas['Entry'];
export type HoldState = Schemas['HoldState'];
export type Transaction = Schemas['Transaction'];
export type Hold = Schemas['Hold'];
export type HoldStep = Schemas['HoldStep'];
export type TrialBalance = Schemas['TrialBalance'];
export type BulkResult = Schemas['BulkResult'];
export type Problem = Schemas['Problem'];
/** Every code the service may refuse with. */
export type Code = Problem['code'];

/**
 * What a caller may send: amounts as strings or bigints of minor units. The service takes small JSON integers too,
 * but a number of JavaScript cannot say 2^53 + 1, so none is taken here.
 */
export type Input<T> = string extends T
  ? number extends T
    ? Exclude<T, number> | bigint
    : T
  : T extends readonly (infer E)[]
    ? Input<E>[]
    : T extends object
      ? { [K in keyof T]: Input<T[K]> }
      : T;

export type PutLedger = Input<Schemas['PutLedgerBody']>;
export type OpenAccount = Input<Schemas['OpenAccountBody']>;
export type UpdateAccount = Input<Schemas['UpdateAccountBody']>;
export type PostTransaction = Input<Schemas['PostTransactionBody']>;
export type ReverseTransaction = Input<Schemas['ReverseBody']>;
export type CreateTransfer = Input<Schemas['TransferBody']>;
export type CreateHold = Input<Schemas['CreateHoldBody']>;
export type CaptureHold = Input<Schemas['CaptureHoldBody']>;
export type VoidHold = Input<Schemas['VoidHoldBody']>;
export type WalletMove = Input<Schemas['WalletMoveBody']>;
export type WalletCommit = Input<Schemas['WalletCommitBody']>;

type Keyed = { idempotency_key?: string };
/** A command of a bulk: its name, the fields of its own endpoint, and perhaps a key of its own. */
export type BulkCommand =
  | ({ command: 'open_account' } & Keyed & OpenAccount)
  | ({ command: 'transaction' } & Keyed & PostTransaction)
  | ({ command: 'transfer' } & Keyed & CreateTransfer)
  | ({ command: 'hold' } & Keyed & CreateHold)
  | ({ command: 'capture'; hold_id: string } & Keyed & CaptureHold)
  | ({ command: 'void'; hold_id: string } & Keyed & VoidHold)
  | ({ command: 'reverse'; transaction_id: string } & Keyed & ReverseTransaction);

/** The query parameters of an operation of the API's description. */
export type Query<Operation extends keyof operations> = Input<
  NonNullable<operations[Operation]['parameters']['query']>
>;
