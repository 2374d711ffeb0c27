import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { freshness } from './freshness.js';

/** Says how fresh an answer of the read model is: everything recorded before that time is in it. Call it before the
 *  answer's own query, which then can only see more. */
export async function sendFreshness(pool: pg.Pool, reply: FastifyReply): Promise<void> {
  const { as_of: asOf } = await freshness(pool);
  reply.header('read-model-as-of', asOf);
}
