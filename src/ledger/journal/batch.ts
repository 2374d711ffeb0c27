import { v7 as uuidv7 } from 'uuid';
import { accountEvent } from '../../events/account-event.js';
import type { OutboxEvent } from '../../events/event.js';
import { transactionEvent } from '../../events/transaction-event.js';
import { accountView } from '../accounts/account.view.js';
import { isStored, Problem, problemBody } from '../errors.js';
import type { Account } from '../rules/account.js';
import { claimsOf } from '../rules/command.js';
import { decide, type Decision, type World } from '../rules/decide.js';
import type { AccountChange, Transaction } from '../rules/record.js';
import { transactionView } from '../transactions/transaction.view.js';
import type { NewResult } from './columns.js';
import { resultKey, type Outcome, type Request } from './request.js';

export interface StoredResult {
  fingerprint: Buffer;
  status: number;
  body: string;
}

/** What a batch read after its locks. Names are `{ledger}\n{name}`. */
export interface BatchState {
  now: string;
  sequences: string[];
  accountNos: string[];
  accounts: Map<string, Account>;
  transactionIds: Set<string>;
  references: Map<string, string>;
  results: Map<string, StoredResult>;
}

export const nameIn = (ledger: string, name: string) => `${ledger}\n${name}`;

/**
 * The commands of one Postgres transaction, decided one after the other over states in memory, so that the tenth
 * sees the first nine; what they wrote is collected for the inserts.
 */
export class Batch {
  readonly transactions: Transaction[] = [];
  readonly opened: Account[] = [];
  /** Newest state of each account whose own row changed. */
  readonly updated = new Map<string, Account>();
  readonly changes: AccountChange[] = [];
  readonly events: OutboxEvent[] = [];
  readonly results: NewResult[] = [];

  constructor(private readonly state: BatchState) {}

  get isEmpty(): boolean {
    return this.results.length + this.events.length === 0;
  }

  decide(request: Request): Outcome {
    const { ledger, idempotencyKey } = request;
    const { state } = this;
    const key = idempotencyKey === null ? null : resultKey(request);
    const stored = key === null ? undefined : state.results.get(key);
    if (stored) return replay(request, stored);
    const decision = decide(request.command, this.world(ledger), {
      ledger,
      sequence: state.sequences.shift()!,
      id: uuidv7(),
      accountNo: request.command.command === 'open_account' ? state.accountNos.shift()! : '',
      principal: request.principal,
      idempotencyKey,
      trace: request.trace,
    });
    const outcome = this.keep(request, decision);
    if (key !== null && isStored(outcome.status)) {
      state.results.set(key, { ...outcome, fingerprint: request.fingerprint });
      this.results.push({ request, outcome });
    }
    return outcome;
  }

  private keep(request: Request, decision: Decision): Outcome {
    if ('refusal' in decision) {
      const { code, detail, fields } = decision.refusal;
      return problemOutcome(new Problem(code, detail, fields), request);
    }
    if ('transaction' in decision) {
      const { transaction, accounts } = decision;
      for (const account of accounts) this.state.accounts.set(nameIn(account.ledger, account.id), account);
      this.state.transactionIds.add(transaction.id);
      const { reference } = claimsOf(request.command);
      if (reference !== undefined)
        this.state.references.set(nameIn(request.ledger, reference), transaction.id);
      this.transactions.push(transaction);
      this.events.push(transactionEvent(transaction));
      return { status: 201, body: JSON.stringify(transactionView(transaction)), replayed: false };
    }
    if ('unchanged' in decision) {
      return { status: 200, body: JSON.stringify(accountView(decision.unchanged)), replayed: false };
    }
    const { account, kind } = decision.change;
    this.state.accounts.set(nameIn(account.ledger, account.id), account);
    if (kind === 'opened') this.opened.push(account);
    else this.updated.set(account.no, account);
    this.changes.push(decision.change);
    this.events.push(accountEvent(decision.change));
    return {
      status: kind === 'opened' ? 201 : 200,
      body: JSON.stringify(accountView(account)),
      replayed: false,
    };
  }

  private world(ledger: string): World {
    const { state } = this;
    return {
      now: state.now,
      account: (id) => state.accounts.get(nameIn(ledger, id)),
      isTransactionId: (id) => state.transactionIds.has(id),
      transactionReferred: (reference) => state.references.get(nameIn(ledger, reference)),
    };
  }
}

/** The stored answer again, or `IDEMPOTENCY_MISMATCH` when the key came with another request. */
export function replay(request: Request, stored: StoredResult): Outcome {
  if (stored.fingerprint.equals(request.fingerprint)) {
    return { status: stored.status, body: stored.body, replayed: true };
  }
  const detail = `key ${request.idempotencyKey} was used for another request`;
  return problemOutcome(new Problem('IDEMPOTENCY_MISMATCH', detail), request);
}

export function ledgerNotFound(request: Request): Outcome {
  return problemOutcome(new Problem('LEDGER_NOT_FOUND', `there is no ledger ${request.ledger}`), request);
}

function problemOutcome(problem: Problem, request: Request): Outcome {
  return { status: problem.status, body: problemBody(problem, request.traceId), replayed: false };
}
