import type pg from 'pg';
import { targetOf } from '../rules/command.js';
import type { Chain, Transaction, TransactionKind } from '../rules/record.js';
import { nameIn } from './batch.js';
import type { Request } from './request.js';
import { chainStates } from './sql.js';
import { selectTransactions, transactionOf, type TransactionRow } from './transaction-rows.js';

// What captures, voids, expiries, reversals and annotations build on.

/**
 * Finds what requests build on and notes it with them. It is immutable, so it is read before the locks, to know
 * which accounts to lock; what is not there may still be made by an earlier command of the same batch.
 */
export async function findTargets(client: pg.PoolClient | pg.Pool, requests: Request[]): Promise<void> {
  const looking = requests.filter((request) => request.target === undefined && targetOf(request.command));
  if (looking.length === 0) return;
  const found = await readTargets(client, looking);
  for (const request of looking) request.target = found.get(targetName(request));
}

/** Whether something they build on has come since it was looked for. */
export async function haveTargetsCome(client: pg.PoolClient, requests: Request[]): Promise<boolean> {
  const missing = requests.filter((request) => request.target === undefined && targetOf(request.command));
  if (missing.length === 0) return false;
  const found = await readTargets(client, missing);
  return missing.some((request) => found.has(targetName(request)));
}

/** How far each target has come, by name; read after the locks. */
export async function readChains(client: pg.PoolClient, requests: Request[]): Promise<Map<string, Chain>> {
  const targets = new Map<string, Transaction>();
  for (const request of requests) if (request.target) targets.set(targetName(request), request.target);
  const chains = await chainsOf(client, [...targets.values()]);
  return new Map([...targets.keys()].map((name, index) => [name, chains[index]!]));
}

/** The names of what requests build on, there or not. */
export function targetNames(requests: Request[]): Set<string> {
  const names = new Set<string>();
  for (const { ledger, command } of requests) {
    const target = targetOf(command);
    if (target !== undefined) names.add(nameIn(ledger, target));
  }
  return names;
}

interface StateRow {
  id: string;
  step: number | null;
  kind: TransactionKind | null;
  hold_captured: string | null;
  hold_released: string | null;
  hold_remaining: string | null;
  reversed: string | null;
  revision: number | null;
  metadata: Record<string, unknown> | null;
}

/** How far recorded transactions have come, in their order. */
export async function chainsOf(
  client: pg.PoolClient | pg.Pool,
  transactions: Transaction[],
): Promise<Chain[]> {
  if (transactions.length === 0) return [];
  const { rows } = await client.query<StateRow>({
    name: 'chain_states',
    text: chainStates,
    values: [transactions.map(({ id }) => id)],
  });
  const states = new Map(rows.map((row) => [row.id, row]));
  return transactions.map((transaction) => chainOf(transaction, states.get(transaction.id)!));
}

function chainOf(transaction: Transaction, state: StateRow): Chain {
  const own = transaction.kind === 'hold' ? transaction.hold : null;
  return {
    transaction,
    steps: state.step ?? 0,
    hold:
      own && state.hold_captured !== null
        ? {
            ...own,
            captured: BigInt(state.hold_captured),
            released: BigInt(state.hold_released!),
            remaining: BigInt(state.hold_remaining!),
          }
        : own,
    newest: state.kind,
    reversed: BigInt(state.reversed ?? 0),
    metadata: state.metadata ?? transaction.metadata ?? {},
    revision: state.revision ?? 1,
  };
}

/** Of a transaction that was recorded just now. */
export function newChain(transaction: Transaction): Chain {
  return {
    transaction,
    steps: 0,
    hold: transaction.kind === 'hold' ? transaction.hold : null,
    newest: null,
    reversed: 0n,
    metadata: transaction.metadata ?? {},
    revision: 1,
  };
}

/** A chain after one more step. */
export function extended(chain: Chain, step: Transaction): Chain {
  return {
    ...chain,
    steps: step.step!,
    hold: step.hold ?? chain.hold,
    newest: step.kind,
    reversed: step.reversed ?? chain.reversed,
  };
}

function targetName({ ledger, command }: Request): string {
  return nameIn(ledger, targetOf(command)!);
}

async function readTargets(
  client: pg.PoolClient | pg.Pool,
  requests: Request[],
): Promise<Map<string, Transaction>> {
  const ids = [...new Set(requests.map(({ command }) => targetOf(command)))];
  const { rows } = await client.query<TransactionRow>({
    name: 'targets',
    text: `${selectTransactions} where t.id = any($1::uuid[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [nameIn(row.ledger, row.id), transactionOf(row)]));
}
