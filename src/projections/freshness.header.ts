import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { freshness, type Freshness } from './freshness.js';

const KEPT_MS = 500;
const kept = new WeakMap<pg.Pool, { until: number; known: Promise<Freshness> }>();

/** Says how fresh an answer of the read model is: everything recorded before that time is in it. Call it before the
 *  answer's own query, which then can only see more. Asked for at most twice a second. */
export async function sendFreshness(pool: pg.Pool, reply: FastifyReply): Promise<void> {
  let entry = kept.get(pool);
  if (!entry || entry.until < Date.now()) {
    entry = { until: Date.now() + KEPT_MS, known: freshness(pool) };
    // A failure is not remembered: the next reader asks again.
    entry.known.catch(() => kept.delete(pool));
    kept.set(pool, entry);
  }
  reply.header('read-model-as-of', (await entry.known).as_of);
}
