import { fileURLToPath } from 'node:url';
import { runProgram } from './programs.js';
import type { Spread } from './wrk.js';

export interface Offer {
  /** Transfers a second that are due, whatever becomes of those before. */
  perSecond: number;
  seconds: number;
  /** Kept alive, one request at a time on each; what finds none free waits, and its wait counts. */
  connections: number;
  accounts: number;
  spread: Spread;
  headers?: Record<string, string>;
}

/** Milliseconds. */
export interface Times {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Offered {
  /** How many were due. */
  offered: number;
  accepted: number;
  /** Of those that were answered while requests were due. */
  acceptedPerSecond: number;
  /** Of what was accepted, from the time it was due. */
  latency: Times;
  /** From the time they were sent: without the wait for a free connection. */
  latencyOnceSent: Times;
  refused: number;
  /** How many of each status other than 200 and 201. */
  statuses: Record<string, number>;
  /** Of refusals, from the time they were due. */
  refusal: Times;
  /** Of refusals, from the time they were sent: without the wait for a free connection. */
  refusalOnceSent: Times;
  /** Connections that broke while an answer was due. */
  errors: number;
  /** Due, but never sent, or not answered within 10 s after the end. */
  unsent: number;
  unanswered: number;
  /** How much of a core the generator took: near 1, it is what limits. */
  generatorCpu: number;
}

/**
 * Transfers over HTTP at a fixed rate, by a process of its own: an arrival does not wait for the answer to another, and
 * every time counts from when the request was due, so that a stall is felt by all that would have come meanwhile.
 */
export async function openLoop(url: string, offer: Offer): Promise<Offered> {
  const child = fileURLToPath(new URL('./open-loop-child.js', import.meta.url));
  return JSON.parse(await runProgram(process.execPath, [child, url, JSON.stringify(offer)])) as Offered;
}
