import type { Json } from '../support/client.js';

/** One sending of a command and what came back. Times are milliseconds of this process's monotonic clock. */
export interface Attempt {
  api: string;
  began: number;
  ended: number;
  /** Absent: no answer, see `failure`. */
  status?: number;
  text?: string;
  replayed?: boolean;
  failure?: string;
}

export interface Leg {
  account: string;
  side: 'debit' | 'credit';
  amount: string;
}

/** What a client wants. */
export interface Command {
  kind: string;
  method: 'POST' | 'PATCH';
  path: string;
  body: Json;
  /** The legs that it must make, where that is known beforehand. */
  legs?: Leg[];
  dryRun?: boolean;
  /** Of a PATCH, which has no key: the member of the metadata that only it writes. */
  mark?: string;
}

/** A command on its way, and all that was answered to it. */
export interface Operation extends Command {
  number: number;
  client: string;
  /** Of every attempt; null: a PATCH or a dry run. */
  key: string | null;
  attempts: Attempt[];
}

export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** Says what became of the command, and will be said again: no 429 and 5xx. */
export function isDefinite({ status }: Attempt): boolean {
  return status !== undefined && status < 500 && status !== 429;
}

export function answerOf({ attempts }: Operation): Attempt | undefined {
  return attempts.find(isDefinite);
}

export function outcomeOf(operation: Operation): Outcome {
  const answer = answerOf(operation);
  if (!answer) return 'unknown';
  return answer.status! < 300 ? 'acknowledged' : 'refused';
}

/** The body of what was acknowledged. */
export function bodyOf(operation: Operation): Json {
  return JSON.parse(answerOf(operation)!.text!);
}

/** The transactions that an acknowledged command has made, as it was answered. */
export function transactionsOf(operation: Operation): Json[] {
  // The answer to a PATCH shows what was made long before.
  if (outcomeOf(operation) !== 'acknowledged' || operation.dryRun || operation.method === 'PATCH') return [];
  const body = bodyOf(operation);
  const all: Json[] = body.results?.map((result: Json) => result.body) ?? [body];
  return all.filter(({ entries }) => entries);
}

/** From when on it can have taken effect, and until when it has, if it was answered. */
export function spanOf(operation: Operation): { began: number; ended: number } {
  const answers = operation.attempts.filter(isDefinite);
  return {
    began: operation.attempts[0]?.began ?? Infinity,
    ended: Math.min(Infinity, ...answers.map(({ ended }) => ended)),
  };
}

export interface BalanceShown {
  posted: { debits: string; credits: string; balance: string };
  pending: { debits: string; credits: string };
}

/** A read of one account. */
export interface AccountRead {
  reader: string;
  account: string;
  consistency: 'strong' | 'eventual';
  minVersion?: number;
  began: number;
  ended: number;
  version: number;
  balances: BalanceShown;
}

/** What all accounts of the bank held, together, at one moment. */
export interface BankLook {
  how: string;
  began: number;
  total: string;
}

/** An event as the ledger's feed shows it. */
export interface Followed {
  event_id: string;
}

export interface History {
  operations: Operation[];
  reads: AccountRead[];
  looks: BankLook[];
  /** What a follower of the ledger's events was given so far. */
  feed: { cursor: string | undefined; events: Followed[] };
  /** Answers that no client should ever get. */
  odd: string[];
}

export const createHistory = (): History => ({
  operations: [],
  reads: [],
  looks: [],
  feed: { cursor: undefined, events: [] },
  odd: [],
});

/** For the report of a failure. */
export function showOperation(operation: Operation, most = Infinity): string {
  const { number, client, kind, method, path, body, key, attempts } = operation;
  const answered = ({ status, text, replayed, failure }: Attempt) =>
    failure ?? `${status}${replayed ? ' replayed' : ''} ${text!.slice(0, most)}`;
  const lines = attempts.map(
    (each) => `    ${each.began.toFixed(0)}–${each.ended.toFixed(0)} ms ${each.api} ${answered(each)}`,
  );
  return [
    `#${number} ${client} ${kind}: ${method} ${path} ${JSON.stringify(body)} key ${key}`,
    ...lines,
  ].join('\n');
}
