import type pg from 'pg';
import { isConnectionLost, isRetryable, isUnavailable } from '../../platform/postgres.js';
import { Problem } from '../errors.js';
import type { Account } from '../rules/account.js';
import { opensOf } from '../rules/command.js';
import { AccountNumbers } from './account-numbers.js';
import { Batch, ledgerNotFound, nameIn, replayOf, type BatchState } from './batch.js';
import { findTargets, haveTargetsCome, readChains, targetNames } from './chains.js';
import { insertChanges } from './changes.js';
import { appendColumns } from './columns.js';
import { commitFate, type Written } from './commit-fate.js';
import { storedResults, takenIds, takenReferences } from './lookups.js';
import { lockedBy, partsOf, type Outcome, type Request, type Work } from './request.js';
import { accountOf, withHead, type AccountRow, type Head } from './rows.js';
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
  /** Kept once seen after a COMMIT, absence never. */
  private readonly ledgers = new Set<string>();
  /** Accounts found locked by something else, and until when that is remembered. */
  private readonly locked = new Map<string, number>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly hooks: JournalHooks,
    rememberedNumbers = 200_000,
  ) {
    this.numbers = new AccountNumbers(rememberedNumbers);
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
        return await this.attempt(work);
      } catch (error) {
        if (error instanceof Problem || error instanceof Waiting) throw error;
        if (codeOf(error) === LOCK_TIMEOUT) {
          await this.refuseLocked(work);
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
        if (!again) throw error;
        if (attempt === ATTEMPTS || performance.now() > giveUpAt) {
          throw unavailable(`gave up after ${attempt} attempts; nothing was recorded`);
        }
        this.hooks.retried();
        await backOff(attempt);
      }
    }
  }

  private async attempt(work: Work[]): Promise<Outcome[]> {
    const client = await this.pool.connect();
    let healthy = false;
    try {
      const outcomes = new Map<Work, Outcome>();
      healthy = await this.write(client, work, outcomes);
      return work.map((item) => outcomes.get(item)!);
    } finally {
      // A connection that met an error is not used again: what state it is in need not be known.
      client.release(!healthy);
    }
  }

  /** False: what is written is committed, but the connection is not to be used again. */
  private async write(client: pg.PoolClient, work: Work[], outcomes: Map<Work, Outcome>): Promise<boolean> {
    await this.answerStored(client, work, outcomes);
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
    await client.query('begin');
    const batch = new Batch(await this.lockAndRead(client, work, requests, numbers));
    for (const item of work) outcomes.set(item, batch.decide(item));
    if (batch.isEmpty) {
      await client.query('rollback');
      return true;
    }
    await insertChanges(client, batch);
    const { rows } = await client.query<{ xid: string; timeline: string }>({
      name: 'append',
      text: sql.append,
      values: appendColumns(batch.transactions, batch.results, batch.events),
    });
    const answered = await this.commit(client, { ...rows[0]!, ...evidenceOf(batch) });
    for (const account of batch.opened) this.numbers.remember(account);
    if (batch.events.length > 0) this.hooks.committed();
    return answered;
  }

  /**
   * COMMIT; when the connection is lost in the middle of it, its fate is asked for on another, never guessed.
   * @returns whether COMMIT was answered on this connection
   */
  private async commit(client: pg.PoolClient, written: Written): Promise<boolean> {
    try {
      await client.query('commit');
      return true;
    } catch (error) {
      const fate = await commitFate(this.pool, written);
      if (fate === 'aborted') throw error;
      if (fate === 'unknown') {
        throw unavailable('the connection was lost at COMMIT: repeat with the same key to find out');
      }
      return false;
    }
  }

  private async lockAndRead(
    client: pg.PoolClient,
    work: Work[],
    requests: Request[],
    numbersByName: Map<string, string>,
  ): Promise<BatchState> {
    const accounts = await this.lock(client, numbersByName);
    if (await haveTargetsCome(client, requests)) throw new Misremembered();
    const opens = requests.reduce((sum, { command }) => sum + opensOf(command), 0);
    const numbers = [...accounts.values()].map((account) => account.no);
    const { rows } = await client.query<{
      now: string;
      sequences: string[];
      account_nos: string[];
      heads: Head[] | null;
    }>({ name: 'read_state', text: sql.readState, values: [numbers, requests.length + opens, opens] });
    const { now, sequences, account_nos: accountNos, heads } = rows[0]!;
    const byNumber = new Map([...accounts].map(([name, account]) => [account.no, name]));
    for (const head of heads ?? []) {
      const name = byNumber.get(head[0])!;
      accounts.set(name, withHead(accounts.get(name)!, head));
    }
    return {
      now,
      sequences,
      accountNos,
      accounts,
      transactionIds: await takenIds(client, requests),
      references: await takenReferences(client, requests),
      chains: await readChains(client, requests),
      targets: targetNames(requests),
      results: await storedResults(client, work),
    };
  }

  /** @throws Waiting with those that need an account which is locked now; what is answered already needs none */
  private async refuseLocked(work: Work[]): Promise<void> {
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

  private async lock(client: pg.PoolClient, numbers: Map<string, string>): Promise<Map<string, Account>> {
    if (numbers.size === 0) return new Map();
    const { rows } = await client.query<AccountRow>({
      name: 'lock_accounts',
      text: sql.lockAccounts,
      values: [[...numbers.values()]],
    });
    const accounts = new Map(rows.map((row) => [nameIn(row.ledger, row.id), accountOf(row)]));
    const wrong = [...numbers.keys()].filter((name) => !accounts.has(name));
    for (const name of wrong) this.numbers.forget(name);
    if (wrong.length > 0) throw new Misremembered();
    return accounts;
  }

  private async answerStored(
    client: pg.PoolClient,
    work: Work[],
    outcomes: Map<Work, Outcome>,
  ): Promise<void> {
    const results = await storedResults(client, work);
    if (results.size === 0) return;
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

/** Something that only this batch can have written. */
function evidenceOf({ events, results }: Batch): Pick<Written, 'eventId' | 'result'> {
  if (events[0]) return { eventId: events[0].eventId, result: null };
  const { request, outcome } = results[0]!;
  const { idempotencyKey: key, ledger, principal } = request;
  return { eventId: null, result: { key, ledger, principal, body: outcome.body } };
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

function unavailable(detail: string): Problem {
  return new Problem('UNAVAILABLE', detail, {}, 1);
}

/** Exponential, with full jitter: rivals that met once should not meet again. */
function backOff(attempt: number): Promise<void> {
  const most = Math.min(1_000, 4 * 2 ** attempt);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
}
