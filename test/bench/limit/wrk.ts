import { randomUUID } from 'node:crypto';
import { findProgram, runProgram } from './programs.js';

/** Which accounts transfers debit: any alike, one, or few often and many seldom (1/n). */
export type Spread = 'uniform' | 'hot' | 'zipf';

export interface Load {
  connections: number;
  seconds: number;
  spread: Spread;
}

/** Times in milliseconds, each connection waiting for its answer before it asks again. */
interface Times {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Measured extends Times {
  transfers: number;
  perSecond: number;
}

/** Transfers over HTTP by wrk, each with a key of its own. @throws Error when any was refused */
export async function wrk(url: string, accounts: number, load: Load): Promise<Measured> {
  const args = [accounts, load.spread, randomUUID()];
  const { requests, seconds, ...times } = await run('transfers.lua', url, load, args);
  return { transfers: requests, perSecond: requests / seconds, ...times };
}

/**
 * GET of a path below ledger main, `{id}` in it being any account. @throws Error when any was refused
 * @returns requests a second and their times
 */
export async function wrkReads(
  url: string,
  accounts: number,
  load: { connections: number; seconds: number; path: string },
): Promise<Times & { perSecond: number }> {
  const { requests, seconds, ...times } = await run('reads.lua', url, load, [accounts, load.path]);
  return { perSecond: requests / seconds, ...times };
}

async function run(
  script: string,
  url: string,
  { connections, seconds }: { connections: number; seconds: number },
  args: unknown[],
): Promise<Times & { requests: number; seconds: number }> {
  const threads = connections > 1 ? 2 : 1;
  const options = ['-t', threads, '-c', connections, '-d', seconds, '--timeout', 30];
  const all = [...options, '-s', `test/bench/limit/${script}`, url, '--', ...args];
  const printed = await runProgram(findProgram('wrk'), all.map(String));
  const line = printed.trim().split('\n').at(-1)!;
  const { refused, errors, ...measured } = JSON.parse(line) as Times & Counts;
  if (measured.requests === 0) throw new Error(`nothing was answered in ${seconds} s`);
  if (refused + errors > 0) throw new Error(`${refused} requests refused, ${errors} errors: ${printed}`);
  return measured;
}

type Counts = Record<'requests' | 'seconds' | 'refused' | 'errors', number>;
