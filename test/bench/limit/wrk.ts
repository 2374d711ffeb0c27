import { randomUUID } from 'node:crypto';
import { findProgram, runProgram } from './programs.js';

/** Which accounts transfers debit: any alike, one, or few often and many seldom (1/n). */
export type Spread = 'uniform' | 'hot' | 'zipf';

export interface Load {
  connections: number;
  seconds: number;
  spread: Spread;
  /** Transfers a request: more than one go as a bulk. */
  items: number;
}

/** Times in milliseconds, each connection waiting for its answer before it asks again. */
export interface Measured {
  transfers: number;
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Transfers over HTTP by wrk, each with a key of its own. @throws Error when any was refused */
export async function wrk(url: string, accounts: number, load: Load): Promise<Measured> {
  const { connections, seconds, spread, items } = load;
  const threads = connections > 1 ? 2 : 1;
  const options = ['-t', threads, '-c', connections, '-d', seconds, '--timeout', 30];
  const script = ['-s', 'test/bench/limit/transfers.lua', url, '--', accounts, spread, items, randomUUID()];
  const printed = await runProgram(findProgram('wrk'), [...options, ...script].map(String));
  const line = printed.trim().split('\n').at(-1)!;
  const { requests, seconds: took, refused, errors, ...times } = JSON.parse(line) as Times & Counts;
  if (refused + errors > 0) throw new Error(`${refused} requests refused, ${errors} errors: ${printed}`);
  return { transfers: requests * items, perSecond: (requests * items) / took, ...times };
}

type Times = Omit<Measured, 'transfers' | 'perSecond'>;
type Counts = Record<'requests' | 'seconds' | 'refused' | 'errors', number>;
