import type { AccountStatus } from './account.js';
import type { TransactionKind } from './record.js';

/**
 * Which rules apply when. `refusedOn`: the states of an account in which it takes no part, in the order of
 * precedence. `limits`: whether `min_balance` and `max_balance` are judged: what a hold reserved was judged then.
 * That no total passes 38 digits is judged always.
 *
 * | kind     | open | frozen           | closed           | limits |
 * | -------- | ---- | ---------------- | ---------------- | ------ |
 * | posting  | yes  | `ACCOUNT_FROZEN` | `ACCOUNT_CLOSED` | judged |
 * | hold     | yes  | `ACCOUNT_FROZEN` | `ACCOUNT_CLOSED` | judged |
 * | reversal | yes  | `ACCOUNT_FROZEN` | `ACCOUNT_CLOSED` | judged |
 * | capture  | yes  | yes              | `ACCOUNT_CLOSED` | no     |
 * | void     | yes  | yes              | yes              | no     |
 * | expiry   | yes  | yes              | yes              | no     |
 */
export const matrix: Record<TransactionKind, { refusedOn: RefusedOn; limits: boolean }> = {
  posting: { refusedOn: ['closed', 'frozen'], limits: true },
  hold: { refusedOn: ['closed', 'frozen'], limits: true },
  reversal: { refusedOn: ['closed', 'frozen'], limits: true },
  capture: { refusedOn: ['closed'], limits: false },
  void: { refusedOn: [], limits: false },
  expiry: { refusedOn: [], limits: false },
};

type RefusedOn = readonly Exclude<AccountStatus, 'open'>[];
