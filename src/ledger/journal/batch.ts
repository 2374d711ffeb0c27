import { accountEvent } from '../../events/account-event.js';
import { annotationEvent } from '../../events/annotation-event.js';
import type { OutboxEvent } from '../../events/event.js';
import { transactionEvent } from '../../events/transaction-event.js';
import { walletEvent } from '../../events/wallet-event.js';
import { invalid, isStored, Problem, problemBody, type FieldError } from '../errors.js';
import type { Account } from '../rules/account.js';
import { claimsOf, opensOf } from '../rules/command.js';
import { decide, type Decision, type Draw, type World } from '../rules/decide.js';
import type { AccountChange, Annotation, Chain, Transaction } from '../rules/record.js';
import { newId } from '../../platform/ids.js';
import { answerOf } from './answers.js';
import { extended, newChain } from './chains.js';
import type { NewResult } from './columns.js';
import { isAtomic, resultKey, type Atomic, type Outcome, type Request, type Work } from './request.js';

export interface StoredResult {
  fingerprint: Buffer;
  status: number;
  body: string;
}

/** What a batch read after its locks. Names are `{ledger}\n{name}`. */
export interface BatchState {
  now: string;
  /** One a command, and one more for each that may open an account beside. */
  sequences: string[];
  accountNos: string[];
  accounts: Map<string, Account>;
  transactionIds: Set<string>;
  references: Map<string, string>;
  chains: Map<string, Chain>;
  /** Names of the transactions that commands of the batch build on, there or not. */
  targets: ReadonlySet<string>;
  results: Map<string, StoredResult>;
}

export const nameIn = (ledger: string, name: string) => `${ledger}\n${name}`;

/** What the commands of a batch wrote, for the inserts. */
interface Written {
  transactions: Transaction[];
  opened: Account[];
  changes: AccountChange[];
  annotations: Annotation[];
  events: OutboxEvent[];
  results: NewResult[];
}

/**
 * The commands of one Postgres transaction, decided one after the other over states in memory, so that the tenth
 * sees the first nine; what they wrote is collected for the inserts.
 */
export class Batch implements Written {
  transactions: Transaction[] = [];
  opened: Account[] = [];
  changes: AccountChange[] = [];
  annotations: Annotation[] = [];
  events: OutboxEvent[] = [];
  results: NewResult[] = [];

  constructor(private state: BatchState) {}

  get isEmpty(): boolean {
    return this.results.length + this.events.length === 0;
  }

  /** All accounts of its commands, as they are after them. */
  get accounts(): Iterable<Account> {
    return this.state.accounts.values();
  }

  /** Newest state of each account whose own row changed after it was opened. */
  get updated(): Account[] {
    const changed = this.changes.filter(({ kind }) => kind !== 'opened');
    return [...new Map(changed.map(({ account }) => [account.no, account])).values()];
  }

  decide(work: Work): Outcome {
    const again = replayOf(work, this.state.results);
    if (again) return again;
    return isAtomic(work) ? this.decideTogether(work) : this.decideOne(work);
  }

  private decideOne(request: Request): Outcome {
    const decision = decide(request.command, this.world(request.ledger), this.draw(request));
    if ('refusal' in decision) {
      const { code, detail, fields } = decision.refusal;
      return this.store(request, problemOutcome(new Problem(code, detail, fields), request));
    }
    const answer = answerOf(decision);
    if (request.dryRun) return { status: 200, body: answer.body, replayed: false };
    this.keep(request, decision);
    const recorded = 'transaction' in decision ? decision.transaction : undefined;
    return this.store(request, { ...answer, replayed: false }, recorded);
  }

  /** All of them or none: what the first ones did is taken back when a later one is refused. */
  private decideTogether(work: Atomic): Outcome {
    const before = this.mark();
    const outcomes: Outcome[] = [];
    for (const part of work.parts) {
      const outcome = this.decide(part);
      if (outcome.status >= 400) {
        this.takeBack(before);
        return this.store(work, rejection(work, outcomes.length, outcome));
      }
      outcomes.push(outcome);
    }
    const replayed = outcomes.every((outcome) => outcome.replayed);
    return { status: 201, body: resultsBody(outcomes), replayed };
  }

  private mark(): { state: BatchState; written: Written } {
    const { accounts, transactionIds, references, chains, results } = this.state;
    const { transactions, opened, changes, annotations, events } = this;
    const state = {
      ...this.state,
      accounts: new Map(accounts),
      transactionIds: new Set(transactionIds),
      references: new Map(references),
      chains: new Map(chains),
      results: new Map(results),
    };
    return {
      state,
      written: {
        transactions: [...transactions],
        opened: [...opened],
        changes: [...changes],
        annotations: [...annotations],
        events: [...events],
        results: [...this.results],
      },
    };
  }

  private takeBack({ state, written }: ReturnType<Batch['mark']>): void {
    this.state = state;
    Object.assign(this, written);
  }

  private draw({ ledger, command, principal, idempotencyKey, trace }: Request): Draw {
    const { sequences, accountNos } = this.state;
    const opens = opensOf(command) > 0;
    // An account that is opened on the way has an event of its own, which comes first.
    const first = opens && command.command !== 'open_account' ? sequences.shift()! : '';
    return {
      ledger,
      sequence: sequences.shift()!,
      id: newId(),
      opening: { accountNo: opens ? accountNos.shift()! : '', sequence: first, id: opens ? newId() : '' },
      principal,
      idempotencyKey,
      trace,
    };
  }

  private store(work: Work, outcome: Outcome, recorded?: Transaction): Outcome {
    if (work.idempotencyKey === null || !isStored(outcome.status)) return outcome;
    if (!isAtomic(work) && work.dryRun) return outcome;
    const key = resultKey(work);
    this.state.results.set(key, { ...outcome, fingerprint: work.fingerprint });
    this.results.push({ request: work, outcome, sequence: recorded?.sequence ?? null });
    return outcome;
  }

  private keep(request: Request, decision: Decision): void {
    if ('transaction' in decision) {
      if (decision.opened) this.keepChange(decision.opened);
      this.keepTransaction(request, decision.transaction, decision.accounts);
    } else if ('change' in decision) {
      this.keepChange(decision.change);
    } else if ('annotation' in decision) {
      const { annotation, chain } = decision;
      this.state.chains.set(nameIn(annotation.ledger, annotation.transactionId), chain);
      this.annotations.push(annotation);
      this.events.push(annotationEvent(annotation));
    }
  }

  private keepTransaction({ command, ledger }: Request, transaction: Transaction, accounts: Account[]): void {
    const { state } = this;
    for (const account of accounts) state.accounts.set(nameIn(account.ledger, account.id), account);
    state.transactionIds.add(transaction.id);
    const { reference } = claimsOf(command);
    if (reference !== undefined) state.references.set(nameIn(ledger, reference), transaction.id);
    if (transaction.parentId !== null) {
      const parent = nameIn(ledger, transaction.parentId);
      state.chains.set(parent, extended(state.chains.get(parent)!, transaction));
    }
    const name = nameIn(ledger, transaction.id);
    if (state.targets.has(name)) state.chains.set(name, newChain(transaction));
    this.transactions.push(transaction);
    this.events.push(transactionEvent(transaction));
    if (transaction.wallet) this.events.push(walletEvent(transaction));
  }

  private keepChange(change: AccountChange): void {
    const { account, kind } = change;
    this.state.accounts.set(nameIn(account.ledger, account.id), account);
    if (kind === 'opened') this.opened.push(account);
    this.changes.push(change);
    this.events.push(accountEvent(change));
  }

  private world(ledger: string): World {
    const { state } = this;
    return {
      now: state.now,
      account: (id) => state.accounts.get(nameIn(ledger, id)),
      isTransactionId: (id) => state.transactionIds.has(id),
      transactionReferred: (reference) => state.references.get(nameIn(ledger, reference)),
      chain: (id) => state.chains.get(nameIn(ledger, id)),
    };
  }
}

/**
 * The stored answer again, or a mismatch when the key came with another request; undefined when nothing is stored.
 */
export function replayOf(work: Work, results: Map<string, StoredResult>): Outcome | undefined {
  const stored = storedFor(work, results);
  if (!stored) return undefined;
  if (stored.fingerprint.equals(work.fingerprint)) {
    return { status: stored.status, body: stored.body, replayed: true };
  }
  if (!isAtomic(work)) return mismatch(work);
  // What took effect is under the keys of its parts: the bare key was used for something that was refused later.
  const same = work.parts.map((part) => storedFor(part, results)?.fingerprint.equals(part.fingerprint));
  if (same.every((equal) => equal === true)) return undefined;
  const index = Math.max(0, same.indexOf(false));
  return rejection(work, index, mismatch(work));
}

function storedFor(work: Work, results: Map<string, StoredResult>): StoredResult | undefined {
  return work.idempotencyKey === null ? undefined : results.get(resultKey(work));
}

function mismatch(work: Work): Outcome {
  const detail = `key ${work.idempotencyKey} was used for another request`;
  return problemOutcome(new Problem('IDEMPOTENCY_MISMATCH', detail), work);
}

export function ledgerNotFound(request: Work): Outcome {
  return problemOutcome(new Problem('LEDGER_NOT_FOUND', `there is no ledger ${request.ledger}`), request);
}

/** The answer of several commands; each body is the very bytes that are stored. */
export function resultsBody(outcomes: Outcome[]): string {
  return `{"results":[${outcomes.map(resultBody).join(',')}]}`;
}

export function resultBody({ status, body }: Outcome): string {
  return `{"status":${status},"body":${body}}`;
}

/** A command that is malformed at this time (400) makes the whole malformed, with its path; nothing else is a 400. */
function rejection(work: Atomic, index: number, { status, body }: Outcome): Outcome {
  const problem = JSON.parse(body) as { detail: string; errors?: FieldError[] };
  if (status === 400) {
    const errors = problem.errors!.map((error) => ({ ...error, path: `commands.${index}.${error.path}` }));
    return problemOutcome(invalid(errors), work);
  }
  const detail = `command ${index} was refused, so none took effect: ${problem.detail}`;
  return problemOutcome(new Problem('BULK_REJECTED', detail, { index, problem }), work);
}

function problemOutcome(problem: Problem, { traceId }: Work): Outcome {
  return { status: problem.status, body: problemBody(problem, traceId), replayed: false };
}
