import type pg from 'pg';
import { arrayLiteral } from '../../platform/array.js';
import { Problem } from '../errors.js';
import type { Account } from '../rules/account.js';
import { opensOf, targetOf } from '../rules/command.js';
import type { AccountNumbers } from './account-numbers.js';
import { Batch } from './batch.js';
import { committed, inOneWrite, sendAll, together, writesOf, type Place } from './flight.js';
import type { KnownAccounts } from './known-accounts.js';
import { storedResults, takenIds, takenReferences } from './lookups.js';
import { isAtomic, type Outcome, type Request, type Work } from './request.js';
import * as sql from './sql.js';

interface Parts {
  numbers: AccountNumbers;
  known: KnownAccounts;
  ledgers: ReadonlySet<string>;
  hooks: { committed(): void; retried(): void };
}

/**
 * Batches that are decided before they have their locks, over accounts as they will be once the batch before has
 * committed: so a batch is made while Postgres works at the one before, and is all there when that ends. Under its locks
 * Postgres then checks that the accounts are just that (`expect_accounts`, by what no other state has); keys, ids and references that somebody else
 * took meanwhile fail by their unique indexes. Whatever fails is rolled back, and done again with the locks first.
 *
 * Sequences are drawn before the locks here. What follows on an account has the greater number all the same: what was
 * drawn later by somebody else and is on the account already is seen, here or by Postgres, and the batch is given up.
 */
export class Optimistic {
  /** Accounts as batches that are underway will leave them, by number. */
  private readonly expected = new Map<string, Account>();
  /** Accounts of batches that lock first, and their ends. */
  private readonly occupied = new Map<string, Promise<void>>();
  private last: Turn = over;
  /** Failures in a row, and how many batches are done otherwise after them: other processes write to the same accounts. */
  private failures = 0;
  private skipped = 0;

  constructor(
    private readonly pool: pg.Pool,
    private readonly parts: Parts,
  ) {}

  /**
   * @returns undefined when nothing was recorded: the batch is to be done with the locks first
   * @throws Problem UNAVAILABLE when the fate of the COMMIT is unknown
   */
  async append(work: Work[]): Promise<Outcome[] | undefined> {
    if (this.skipped > 0) {
      this.skipped -= 1;
      return undefined;
    }
    if (!work.every(isPlain)) return undefined;
    const requests = work as Request[];
    if (!requests.every(({ ledger }) => this.parts.ledgers.has(ledger))) return undefined;
    const numbers = this.parts.numbers.known(requests);
    if (!numbers) return undefined;
    // Batches with their locks first: what they leave is known when they end.
    for (const no of numbers.values()) await this.occupied.get(no);
    if (!this.accountsOf(numbers)) return undefined;
    const before = this.last;
    const turn = newTurn();
    this.last = turn;
    try {
      const outcomes = await this.take(before, turn, requests, numbers);
      this.failures = 0;
      return outcomes;
    } catch (error) {
      if (error instanceof Problem) throw error;
      this.failures = Math.min(this.failures + 1, 6);
      this.skipped = 2 ** this.failures;
      this.parts.hooks.retried();
      return undefined;
    } finally {
      turn.decided();
      turn.locked();
    }
  }

  /** While another kind of batch is at these accounts, none is decided over them here. */
  async around<T>(numbers: Iterable<string>, work: () => Promise<T>): Promise<T> {
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const accounts = [...numbers];
    for (const no of accounts) this.occupied.set(no, end);
    try {
      return await work();
    } finally {
      for (const no of accounts) if (this.occupied.get(no) === end) this.occupied.delete(no);
      ended();
    }
  }

  private async take(
    before: Turn,
    turn: Turn,
    requests: Request[],
    numbers: Map<string, string>,
  ): Promise<Outcome[] | undefined> {
    await before.isDecided;
    const client = await this.pool.connect();
    let healthy = false;
    try {
      const outcomes = new Map<Work, Outcome>();
      healthy = await this.transact(client, { before, turn, requests, numbers, outcomes });
      return outcomes.size === 0 ? undefined : requests.map((request) => outcomes.get(request)!);
    } finally {
      client.release(!healthy);
    }
  }

  private async transact(
    client: pg.PoolClient,
    { before, turn, requests, numbers, outcomes }: Job,
  ): Promise<boolean> {
    const { place, ...drawn } = await this.draw(client, requests);
    const accounts = this.accountsOf(numbers);
    const first = BigInt(drawn.sequences[0]!);
    if (!accounts || !this.parts.known.holdsOn(place.timeline) || isAhead(accounts.values(), first)) {
      await client.query('rollback');
      return true;
    }
    const expected = [...accounts.values()];
    const batch = new Batch({ ...drawn, accounts, accountNos: [], chains: new Map(), targets: new Set() });
    for (const request of requests) outcomes.set(request, batch.decide(request));
    if (batch.isEmpty) {
      await client.query('rollback');
      // What is stored is so; what was only decided, was over states that nobody has checked.
      if (![...outcomes.values()].every(({ replayed }) => replayed)) outcomes.clear();
      return true;
    }
    const after = [...batch.accounts];
    for (const account of after) this.expected.set(account.no, account);
    turn.decided();
    try {
      await before.isLocked;
      const answered = await this.write(client, batch, { place, expected, drawnAt: drawn.now, turn });
      this.parts.known.keepAll(after, place.timeline);
      if (batch.events.length > 0) this.parts.hooks.committed();
      return answered;
    } catch (error) {
      outcomes.clear();
      throw error;
    } finally {
      // Unless a later batch has gone on from it.
      for (const account of after) {
        if (this.expected.get(account.no) === account) this.expected.delete(account.no);
      }
    }
  }

  private async draw(client: pg.PoolClient, requests: Request[]) {
    const sent = inOneWrite(
      client,
      () =>
        [
          client.query('begin'),
          client.query<Drawn>({ name: 'draw', text: sql.draw, values: [requests.length] }),
          takenIds(client, requests),
          takenReferences(client, requests),
          storedResults(client, requests),
        ] as const,
    );
    const [, { rows }, transactionIds, references, results] = await together(...sent);
    const { now, sequences, ...place } = rows[0]!;
    return { now, sequences: sequences.split(','), transactionIds, references, results, place };
  }

  private async write(
    client: pg.PoolClient,
    batch: Batch,
    { place, expected, drawnAt, turn }: { place: Place; expected: Account[]; drawnAt: string; turn: Turn },
  ): Promise<boolean> {
    const numbers = arrayLiteral(expected.map(({ no }) => no));
    const values = [
      numbers,
      arrayLiteral(expected.map(({ revision }) => revision)),
      arrayLiteral(expected.map(({ sequence }) => sequence)),
      drawnAt,
    ];
    const statements = writesOf(batch);
    const writes = inOneWrite(client, () => {
      const locking = client.query({ name: 'lock_accounts', text: sql.lockAccounts, values: [numbers] });
      locking.then(turn.locked, turn.locked);
      const expecting = client.query({ name: 'expect_accounts', text: sql.expectAccounts, values });
      return [locking, expecting, ...sendAll(client, statements)];
    });
    return committed(this.pool, writes, place, batch);
  }

  /** Undefined when one of them isn't known, or may be another in a moment. */
  private accountsOf(numbers: Map<string, string>): Map<string, Account> | undefined {
    const accounts = new Map<string, Account>();
    for (const [name, no] of numbers) {
      const account = this.expected.get(no) ?? this.parts.known.get(no);
      if (!account || this.occupied.has(no)) return undefined;
      accounts.set(name, account);
    }
    return accounts;
  }
}

interface Job {
  before: Turn;
  turn: Turn;
  requests: Request[];
  numbers: Map<string, string>;
  outcomes: Map<Work, Outcome>;
}

interface Drawn extends Place {
  now: string;
  sequences: string;
}

/** Batches go one after the other: drawn and decided when the one before is, locked when that has its locks. */
interface Turn {
  isDecided: Promise<void>;
  isLocked: Promise<void>;
  decided: () => void;
  locked: () => void;
}

function newTurn(): Turn {
  let decided = () => {};
  let locked = () => {};
  const isDecided = new Promise<void>((resolve) => (decided = resolve));
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  return { isDecided, isLocked, decided, locked };
}

const over: Turn = {
  isDecided: Promise.resolve(),
  isLocked: Promise.resolve(),
  decided: () => {},
  locked: () => {},
};

/** Whether a later draw than the one that began with `first` is on any of them. */
function isAhead(accounts: Iterable<Account>, first: bigint): boolean {
  for (const { sequence } of accounts) if (BigInt(sequence) > first) return true;
  return false;
}

/**
 * Commands that move what is on accounts: not what opens one or changes its own row (a revision says nothing of who made
 * it), or builds on what another batch may be building on.
 */
function isPlain(work: Work): boolean {
  if (isAtomic(work) || work.dryRun) return false;
  const { command } = work;
  if (command.command === 'update_account' || command.command === 'set_status') return false;
  return opensOf(command) === 0 && targetOf(command) === undefined;
}
