import type { FastifyReply } from 'fastify';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What a command answered, as it is stored: the status and the very bytes of the body. */
export interface Answer {
  status: number;
  body: string;
  /** True when it comes from the store and nothing was done. */
  replayed: boolean;
}

/** Sends a command's answer; a stored refusal goes out as the problem document it was. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  const refused = answer.status >= 400;
  if (refused) reply.request.ctx.code = /"code":"([A-Z_]+)"/.exec(answer.body)?.[1] ?? null;
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  return (
    reply
      .status(answer.status)
      .header('content-type', refused ? 'application/problem+json' : JSON_TYPE)
      // Bytes, since Fastify adds a charset to a string's content type, which problems don't have.
      .send(refused ? Buffer.from(answer.body) : answer.body)
  );
}

/** Sends JSON that is text already. */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('content-type', JSON_TYPE).send(text);
}
