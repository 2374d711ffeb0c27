/** Why a command is refused: a code of the contract, a sentence for people, members that help a program. */
export interface Refusal {
  code: RefusalCode;
  detail: string;
  fields: Record<string, unknown>;
}

/** What rules can refuse; each is in the table of `errors.ts`. */
export type RefusalCode =
  | 'VALIDATION_FAILED'
  | 'HOLD_NOT_FOUND'
  | 'TRANSACTION_NOT_FOUND'
  | 'ACCOUNT_NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'REFERENCE_ALREADY_USED'
  | 'REVISION_MISMATCH'
  | 'UNKNOWN_ACCOUNT'
  | 'NOT_A_WALLET'
  | 'CURRENCY_MISMATCH'
  | 'UNBALANCED'
  | 'ACCOUNT_CLOSED'
  | 'ACCOUNT_NOT_EMPTY'
  | 'ACCOUNT_FROZEN'
  | 'HOLD_EXPIRED'
  | 'HOLD_NOT_OPEN'
  | 'NOT_REVERSIBLE'
  | 'AMOUNT_NOT_APPLICABLE'
  | 'CONDITION_FAILED'
  | 'CAPTURE_EXCEEDS_HOLD'
  | 'REVERSAL_EXCEEDS_ORIGINAL'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_EXCEEDED'
  | 'AMOUNT_OVERFLOW';

export function refuse(code: RefusalCode, detail: string, fields: Record<string, unknown> = {}): Refusal {
  return { code, detail, fields };
}

/** A field whose value is wrong at this time or in this state. */
export function refuseField(path: string, message: string): Refusal {
  return refuse('VALIDATION_FAILED', `${path} ${message}`, { errors: [{ path, message }] });
}
