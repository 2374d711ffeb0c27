import type pg from 'pg';
import { isConnectionLost, isRetryable, isUnavailable } from '../../platform/postgres.js';
import { Problem } from '../errors.js';
import type { Account } from '../rules/account.js';
import { opensOf } from '../rules/command.js';
import { AccountNumbers } from './account-numbers.js';
import { Batch, ledgerNotFound, nameIn, replayOf, type BatchState } from './batch.js';
import { findTargets, haveTargetsCome, readChains, targetNames } from './chains.js';
import { committed, inOneWrite, sendAll, together, unavailable, writesOf, type Place } from './flight.js';
import { arrayLiteral } from '../../platform/array.js';
import { KnownAccounts } from './known-accounts.js';
import { storedResults, takenIds, takenReferences } from './lookups.js';
import { Optimistic } from './optimistic.js';
import { lockedBy, partsOf, type Outcome, type Request, type Work } from './request.js';
import { accountAgain, withHead, type AccountRow, type Head } from './rows.js';
import * as sql from './sql.js';

/** A race that the unique indexes decided: run again, the loser now sees the winner. */
const UNIQUE_VIOLATION = '23505';
const ATTEMPTS = 10;
/** After this time no further attempt is begun. */
const PATIENCE_MS = 15_000;
const LOCK_TIMEOUT = '55P03';
const LOCKED_KEPT_MS = 1_000;

/**
 * What was known before the locks is not so: an account that was remembered is gone (a failover lost it, and it is
 * forgotten now), or what a command builds on has come meanwhile. The next attempt asks again.
 */
class Misremembered extends Error {}

export interface JournalHooks {
  /** Called after a COMMIT that wrote events. */
  committed(): void;
  retried(): void;
}

/**
 * Appends batches of commands, each batch in one Postgres transaction, each command with its own outcome.
 * Knows nothing of queues: see Batcher.
 */
export class Journal {
  private readonly numbers: AccountNumbers;
  private readonly known: KnownAccounts;
  private readonly optimistic: Optimistic;
  /** Kept once seen after a COMMIT, absence never. */
  private readonly ledgers = new Set<string>();
  /** Accounts found locked by something else, and until when that is remembered. */
  private readonly locked = new Map<string, number>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly hooks: JournalHooks,
    remembered = { numbers: 200_000, accounts: 50_000 },
  ) {
    this.numbers = new AccountNumbers(remembered.numbers);
    this.known = new KnownAccounts(remembered.accounts);
    this.optimistic = new Optimistic(pool, {
      numbers: this.numbers,
      known: this.known,
      ledgers: this.ledgers,
      hooks,
    });
  }

  /**
   * Outcomes in the order of the requests; they take effect in that order, all of them or (thrown) none.
   * @throws Problem UNAVAILABLE when Postgres can't be reached, keeps conflicting, or the fate of a COMMIT is unknown
   * @throws Waiting when some of them wait for a lock for long: nobody else needs to wait for them
   */
  async append(work: Work[]): Promise<Outcome[]> {
    let probe = this.touchesLocked(work);
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        if (probe) await this.refuseLocked(work);
        else if (attempt === 1) {
          const outcomes = await this.optimistic.append(work);
          if (outcomes) return outcomes;
        }
        return await this.attempt(work, probe);
      } catch (error) {
        if (error instanceof Problem || error instanceof Waiting) throw error;
        if (codeOf(error) === LOCK_TIMEOUT) {
          const answered = await this.refuseLocked(work);
          if (answered && !probe) {
            probe = true;
            continue;
          }
          // Not for an account: for what another process opens, refers to or answers just now.
          throw new Waiting(new Set(work), false);
        }
        probe = false;
        if (isUnavailable(error)) throw unavailable('Postgres can’t do it now; nothing was recorded');
        const again =
          isRetryable(error) ||
          isConnectionLost(error) ||
          codeOf(error) === UNIQUE_VIOLATION ||
          error instanceof Misremembered;
        // Whatever it was: what is known may be part of it.
        if (!isRetryable(error)) this.known.forgetAll();
        if (!again) throw error;
        if (attempt === ATTEMPTS || performance.now() > giveUpAt) {
          throw unavailable(`gave up after ${attempt} attempts; nothing was recorded`);
        }
        this.hooks.retried();
        await backOff(attempt);
      }
    }
  }

  /** @param careful what is answered already is looked up first, and locks nothing */
  private async attempt(work: Work[], careful: boolean): Promise<Outcome[]> {
    const client = await this.pool.connect();
    let healthy = false;
    try {
      const outcomes = new Map<Work, Outcome>();
      if (careful) await this.answerStored(client, work, outcomes);
      healthy = await this.write(client, work, outcomes);
      return work.map((item) => outcomes.get(item)!);
    } finally {
      // A connection that met an error is not used again: what state it is in need not be known.
      client.release(!healthy);
    }
  }

  /** False: what is written is committed, but the connection is not to be used again. */
  private async write(client: pg.PoolClient, work: Work[], outcomes: Map<Work, Outcome>): Promise<boolean> {
    await this.findLedgers(client, work);
    const open: Work[] = [];
    for (const item of work) {
      if (outcomes.has(item)) continue;
      if (this.ledgers.has(item.ledger)) open.push(item);
      else outcomes.set(item, ledgerNotFound(item));
    }
    return open.length === 0 || this.transact(client, open, outcomes);
  }

  private async transact(
    client: pg.PoolClient,
    work: Work[],
    outcomes: Map<Work, Outcome>,
  ): Promise<boolean> {
    const requests = partsOf(work);
    await findTargets(client, requests);
    const numbers = await this.numbers.of(client, requests);
    return this.optimistic.around(numbers.values(), () =>
      this.lockFirst(client, { work, requests, numbers }, outcomes),
    );
  }

  private async lockFirst(
    client: pg.PoolClient,
    { work, requests, numbers }: { work: Work[]; requests: Request[]; numbers: Map<string, string> },
    outcomes: Map<Work, Outcome>,
  ): Promise<boolean> {
    const { state, ...place } = await this.lockAndRead(client, work, requests, numbers);
    const batch = new Batch(state);
    for (const item of work) outcomes.set(item, batch.decide(item));
    if (batch.isEmpty) {
      await client.query('rollback');
      return true;
    }
    const statements = writesOf(batch);
    const writes = inOneWrite(client, () => sendAll(client, statements));
    const answered = await committed(this.pool, writes, place, batch);
    for (const account of batch.opened) this.numbers.remember(account);
    this.known.keepAll(batch.accounts, place.timeline);
    if (batch.events.length > 0) this.hooks.committed();
    return answered;
  }

  /** One round trip: each statement sees what was committed before it began, and so those after the locks all of it. */
  private async lockAndRead(
    client: pg.PoolClient,
    work: Work[],
    requests: Request[],
    numbersByName: Map<string, string>,
  ): Promise<{ state: BatchState } & Place> {
    const opens = requests.reduce((sum, { command }) => sum + opensOf(command), 0);
    const numbers = [...numbersByName.values()];
    const known = numbers.map((no) => this.known.get(no));
    const values = [
      arrayLiteral(numbers),
      arrayLiteral(known.map((account) => account?.revision ?? 0)),
      arrayLiteral(known.map((account) => account?.sequence ?? '0')),
      requests.length + opens,
      opens,
    ];
    const sent = inOneWrite(
      client,
      () =>
        [
          client.query('begin'),
          this.lock(client, numbersByName),
          haveTargetsCome(client, requests),
          client.query<ReadState>({ name: 'read_state', text: sql.readState, values }),
          takenIds(client, requests),
          takenReferences(client, requests),
          readChains(client, requests),
          storedResults(client, work),
        ] as const,
    );
    const [, , targetsCame, read, transactionIds, references, chains, results] = await together(...sent);
    const { now, xid, timeline, ...state } = read.rows[0]!;
    if (targetsCame || !this.known.holdsOn(timeline)) throw new Misremembered();
    return {
      state: {
        now,
        sequences: listOf(state.sequences),
        accountNos: listOf(state.account_nos),
        accounts: accountsOf(numbersByName, known, state),
        transactionIds,
        references,
        chains,
        targets: targetNames(requests),
        results,
      },
      xid,
      timeline,
    };
  }

  /**
   * @returns whether some of them are answered already, which need no account
   * @throws Waiting with those of the others that need one which is locked now
   */
  private async refuseLocked(work: Work[]): Promise<boolean> {
    const stored = await storedResults(this.pool, work);
    const open = work.filter((item) => replayOf(item, stored) === undefined);
    const requests = partsOf(open);
    await findTargets(this.pool, requests);
    const numbers = await this.numbers.of(this.pool, requests);
    const { rows } = await this.pool.query<{ no: string }>(sql.freeAccounts, [[...numbers.values()]]);
    const free = new Set(rows.map(({ no }) => no));
    const until = performance.now() + LOCKED_KEPT_MS;
    for (const [name, no] of numbers) {
      if (free.has(no)) this.locked.delete(name);
      else this.locked.set(name, until);
    }
    const waiting = open.filter((item) => this.touchesLocked([item]));
    if (waiting.length > 0) throw new Waiting(new Set(waiting), true);
    return open.length < work.length;
  }

  /** Whether an account of theirs was found locked a moment ago: then it is asked about, rather than waited for. */
  private touchesLocked(work: Work[]): boolean {
    if (this.locked.size === 0) return false;
    const now = performance.now();
    for (const [name, until] of this.locked) if (until < now) this.locked.delete(name);
    return partsOf(work).some((request) =>
      lockedBy(request).some((id) => this.locked.has(nameIn(request.ledger, id))),
    );
  }

  private async lock(client: pg.PoolClient, numbers: Map<string, string>): Promise<void> {
    if (numbers.size === 0) return;
    const { rows } = await client.query<{ locked: number }>({
      name: 'lock_accounts',
      text: sql.lockAccounts,
      values: [arrayLiteral([...numbers.values()])],
    });
    if (rows[0]!.locked === numbers.size) return;
    for (const name of numbers.keys()) this.numbers.forget(name);
    throw new Misremembered();
  }

  private async answerStored(
    client: pg.PoolClient,
    work: Work[],
    outcomes: Map<Work, Outcome>,
  ): Promise<void> {
    const results = await storedResults(client, work);
    for (const item of work) {
      const again = replayOf(item, results);
      if (again) outcomes.set(item, again);
    }
  }

  private async findLedgers(client: pg.PoolClient, work: Work[]): Promise<void> {
    const missing = new Set(work.map(({ ledger }) => ledger).filter((ledger) => !this.ledgers.has(ledger)));
    if (missing.size === 0) return;
    const { rows } = await client.query<{ id: string }>(sql.ledgerExists, [[...missing]]);
    for (const { id } of rows) this.ledgers.add(id);
  }
}

interface ReadState {
  xid: string;
  timeline: string;
  now: string;
  /** Divided by commas, as the next. */
  sequences: string;
  account_nos: string;
  rows: AccountRow[] | null;
  heads: Head[] | null;
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** What was known of the accounts, and what has changed since. */
function accountsOf(
  numbersByName: Map<string, string>,
  known: (Account | undefined)[],
  { rows, heads }: Pick<ReadState, 'rows' | 'heads'>,
): Map<string, Account> {
  const numbers = [...numbersByName.values()];
  const accounts = new Map(numbers.map((no, index) => [no, known[index]]));
  for (const row of rows ?? []) accounts.set(row.no, accountAgain(row, accounts.get(row.no)));
  for (const head of heads ?? []) accounts.set(head[0], withHead(accounts.get(head[0])!, head));
  return new Map([...numbersByName].map(([name, no]) => [name, accounts.get(no)!]));
}

/** A batch could not get all its locks in time. Nothing was recorded. */
export class Waiting extends Error {
  constructor(
    /** Those that wait, or may: without them the others can go on. */
    readonly work: ReadonlySet<Work>,
    /** True: it is known that it is these, and trying again costs no wait. */
    readonly isKnown: boolean,
  ) {
    super('waiting for a lock');
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

/** Exponential, with full jitter: rivals that met once should not meet again. */
function backOff(attempt: number): Promise<void> {
  const most = Math.min(1_000, 4 * 2 ** attempt);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}
