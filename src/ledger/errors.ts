/**
 * Every code a program may meet, its HTTP status and when it happens: the one table, also the source of the
 * API's documentation. Order within a status is that of the contract.
 */
export const codes = {
  MALFORMED_JSON: { status: 400, title: 'Malformed JSON', when: 'The body is not JSON in UTF-8.' },
  VALIDATION_FAILED: {
    status: 400,
    title: 'Validation failed',
    when: 'A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    status: 400,
    title: 'Idempotency key required',
    when: 'A POST that records something came without `Idempotency-Key`.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 400,
    title: 'Idempotency key invalid',
    when: 'The key is not 1–255 printable ASCII characters, or the two key headers differ.',
  },
  UNAUTHENTICATED: { status: 401, title: 'Unauthenticated', when: 'No bearer token, or one nobody knows.' },
  FORBIDDEN: { status: 403, title: 'Forbidden', when: 'The token lacks the scope this needs.' },
  LEDGER_NOT_FOUND: { status: 404, title: 'Ledger not found', when: 'The path names no ledger.' },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'Account not found', when: 'The path names no account.' },
  TRANSACTION_NOT_FOUND: {
    status: 404,
    title: 'Transaction not found',
    when: 'The path names no transaction.',
  },
  HOLD_NOT_FOUND: { status: 404, title: 'Hold not found', when: 'The path names no hold.' },
  ROUTE_NOT_FOUND: { status: 404, title: 'Route not found', when: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    when: 'The path exists, but not for this method; `Allow` lists those it has.',
  },
  ALREADY_EXISTS: { status: 409, title: 'Already exists', when: 'The id is used.' },
  REFERENCE_ALREADY_USED: {
    status: 409,
    title: 'Reference already used',
    when: 'Another transaction of the ledger has this reference; `transaction_id` names it.',
  },
  CONDITION_FAILED: { status: 409, title: 'Condition failed', when: 'The `if` of an entry does not hold.' },
  ACCOUNT_FROZEN: {
    status: 409,
    title: 'Account frozen',
    when: 'A frozen account takes no postings and holds.',
  },
  ACCOUNT_CLOSED: { status: 409, title: 'Account closed', when: 'A closed account is only read.' },
  ACCOUNT_NOT_EMPTY: {
    status: 409,
    title: 'Account not empty',
    when: 'Only an account at zero without open holds can be closed.',
  },
  HOLD_NOT_OPEN: { status: 409, title: 'Hold not open', when: 'The hold was captured or voided before.' },
  HOLD_EXPIRED: { status: 409, title: 'Hold expired', when: 'The hold is past its `expires_at`.' },
  NOT_REVERSIBLE: {
    status: 409,
    title: 'Not reversible',
    when: 'Only postings and captures can be reversed.',
  },
  REVISION_MISMATCH: {
    status: 412,
    title: 'Revision mismatch',
    when: '`If-Match` names another revision than the present one.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    when: 'The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    when: 'The body is not `application/json` in UTF-8 without content encoding.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    title: 'Idempotency mismatch',
    when: 'The key was used for another request.',
  },
  UNKNOWN_ACCOUNT: {
    status: 422,
    title: 'Unknown account',
    when: 'The body names an account that does not exist.',
  },
  UNBALANCED: { status: 422, title: 'Unbalanced', when: 'Debits and credits differ in a currency.' },
  CURRENCY_MISMATCH: {
    status: 422,
    title: 'Currency mismatch',
    when: 'The currency is not the account’s, or the two accounts of a transfer differ in it.',
  },
  INSUFFICIENT_FUNDS: {
    status: 422,
    title: 'Insufficient funds',
    when: 'An account would go (further) below its `min_balance`, open holds counted.',
  },
  LIMIT_EXCEEDED: {
    status: 422,
    title: 'Limit exceeded',
    when: 'An account would go (further) above its `max_balance`, incoming holds counted.',
  },
  AMOUNT_OVERFLOW: { status: 422, title: 'Amount overflow', when: 'A total would pass 38 digits.' },
  CAPTURE_EXCEEDS_HOLD: {
    status: 422,
    title: 'Capture exceeds hold',
    when: 'More is captured than remains of the hold.',
  },
  REVERSAL_EXCEEDS_ORIGINAL: {
    status: 422,
    title: 'Reversal exceeds original',
    when: 'More is reversed than is left of the original.',
  },
  AMOUNT_NOT_APPLICABLE: {
    status: 422,
    title: 'Amount not applicable',
    when: 'An `amount` was given for something of more than two entries.',
  },
  NOT_A_WALLET: {
    status: 422,
    title: 'Not a wallet',
    when: 'The wallet profile takes liability accounts only.',
  },
  BULK_REJECTED: {
    status: 422,
    title: 'Bulk rejected',
    when: 'A command of an atomic bulk was refused; `index` and `problem` say which and why.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Rate limited',
    when: 'More requests a second, or commands a day, than the principal may have; wait for `Retry-After`.',
  },
  INTERNAL: {
    status: 500,
    title: 'Internal error',
    when: 'A fault of ours; the log has it under `trace_id`.',
  },
  OVERLOADED: {
    status: 503,
    title: 'Overloaded',
    when: 'More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.',
  },
  UNAVAILABLE: {
    status: 503,
    title: 'Unavailable',
    when: 'The database can’t be reached or the outcome is unknown: repeat with the same key to find out.',
  },
} as const satisfies Record<string, { status: number; title: string; when: string }>;

export type Code = keyof typeof codes;

/** The order in which refusals are looked for: a request that is wrong in two ways gets the code that comes first. */
export const precedence: readonly Code[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ROUTE_NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'MALFORMED_JSON',
  'IDEMPOTENCY_KEY_REQUIRED',
  'IDEMPOTENCY_KEY_INVALID',
  'VALIDATION_FAILED',
  'LEDGER_NOT_FOUND',
  'IDEMPOTENCY_MISMATCH',
  'HOLD_NOT_FOUND',
  'TRANSACTION_NOT_FOUND',
  'ACCOUNT_NOT_FOUND',
  'ALREADY_EXISTS',
  'REFERENCE_ALREADY_USED',
  'REVISION_MISMATCH',
  'UNKNOWN_ACCOUNT',
  'NOT_A_WALLET',
  'CURRENCY_MISMATCH',
  'UNBALANCED',
  'ACCOUNT_CLOSED',
  'ACCOUNT_NOT_EMPTY',
  'ACCOUNT_FROZEN',
  'HOLD_EXPIRED',
  'HOLD_NOT_OPEN',
  'NOT_REVERSIBLE',
  'AMOUNT_NOT_APPLICABLE',
  'CONDITION_FAILED',
  'CAPTURE_EXCEEDS_HOLD',
  'REVERSAL_EXCEEDS_ORIGINAL',
  'INSUFFICIENT_FUNDS',
  'LIMIT_EXCEEDED',
  'AMOUNT_OVERFLOW',
];

/** One thing wrong with a request: `path` is dotted (`entries.0.amount`), empty for the body as a whole. */
export interface FieldError {
  path: string;
  message: string;
}

/**
 * The one error of this service. `fields` are members beside the standard ones that help a program
 * (`account`, `available`, `required`, `errors`, `transaction_id`…), written in the order given.
 * `retryAfter` is in seconds and only used with 429 and 503.
 */
export class Problem extends Error {
  constructor(
    readonly code: Code,
    readonly detail: string,
    readonly fields: Readonly<Record<string, unknown>> = {},
    readonly retryAfter?: number,
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Problem';
  }

  get status(): number {
    return codes[this.code].status;
  }
}

/** `VALIDATION_FAILED` naming what is wrong; the detail tells the first. */
export function invalid(errors: readonly FieldError[]): Problem {
  const first = errors[0] ?? { path: '', message: 'is not valid' };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem('VALIDATION_FAILED', `${first.path || 'the body'} ${first.message}${more}`, { errors });
}

/** Successes and business refusals are results, stored under the key; other statuses say nothing about the next try. */
export function isStored(status: number): boolean {
  return status < 400 || status === 409 || status === 422;
}

/** URI reference of a code's explanation, e.g. `/problems/insufficient-funds`. */
export function problemType(code: Code): string {
  return `/problems/${code.toLowerCase().replaceAll('_', '-')}`;
}

/** The document as it is sent and stored: the same problem and trace id give the same bytes. */
export function problemBody(problem: Pick<Problem, 'code' | 'detail' | 'fields'>, traceId: string): string {
  const { code, detail, fields } = problem;
  const { status, title } = codes[code];
  const errors = code === 'VALIDATION_FAILED' ? { errors: fields.errors ?? [] } : {};
  return JSON.stringify({
    type: problemType(code),
    title,
    status,
    code,
    detail,
    ...errors,
    ...fields,
    trace_id: traceId,
  });
}
