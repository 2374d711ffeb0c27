import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { recentFreshness } from './freshness.js';

/** Says how fresh an answer of the read model is: everything recorded before that time is in it. Call it before the
 *  answer's own query, which then can only see more. Asked for at most twice a second. */
export async function sendFreshness(pool: pg.Pool, reply: FastifyReply): Promise<void> {
  reply.header('read-model-as-of', (await recentFreshness(pool)).as_of);
}
