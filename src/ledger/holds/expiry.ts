import type pg from 'pg';
import type { Logger } from 'pino';
import { NIL } from 'uuid';
import type { Batcher } from '../journal/batcher.js';
import type { Request } from '../journal/request.js';

const EVERY_MS = 1_000;
const SLICE = 200;
/** Who expires holds, in records and events. */
const PRINCIPAL = 'counterfoil';

/** The next of those past their time by the database's clock, in order of it. */
const due = `
select id, ledger, expires_at from journal.open_holds
where expires_at <= clock_timestamp() and (expires_at, id) > ($1, $2) order by expires_at, id limit $3`;

interface Due {
  id: string;
  ledger: string;
  expires_at: string;
}

/**
 * Releases holds past their time, in every process that runs it: whoever comes second finds nothing left to do. After
 * an outage it goes through all that are due. Returns how to stop it.
 */
export function startExpiry(pool: pg.Pool, batcher: Batcher, log: Logger): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const turn = async () => {
    await expireDue(pool, batcher, () => stopped).catch((error: unknown) => {
      log.warn({ err: error }, 'expiry of holds failed; it is tried again in a second');
    });
    // Not in step with the other processes.
    if (!stopped) timer = setTimeout(again, EVERY_MS * (0.75 + Math.random() / 2));
  };
  const again = () => void (running = turn());
  again();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

/**
 * Once through all that are due. Each by itself, so that an account which something else has locked holds up its own
 * holds only. @throws the first failure, when all were tried
 */
async function expireDue(pool: pg.Pool, batcher: Batcher, stopped: () => boolean): Promise<void> {
  let last: Due | undefined;
  let failure: PromiseRejectedResult | undefined;
  for (let size = SLICE; size === SLICE && !stopped();) {
    const { rows } = await pool.query<Due>({
      name: 'due_holds',
      text: due,
      values: [last?.expires_at ?? '-infinity', last?.id ?? NIL, SLICE],
    });
    const outcomes = await Promise.allSettled(
      rows.map(({ id, ledger }) => batcher.submitOne(expiryOf(ledger, id))),
    );
    failure ??= outcomes.find((outcome) => outcome.status === 'rejected');
    last = rows.at(-1);
    size = rows.length;
  }
  if (failure && !stopped()) throw failure.reason;
}

function expiryOf(ledger: string, holdId: string): Request {
  return {
    command: { command: 'expire', holdId },
    ledger,
    principal: PRINCIPAL,
    idempotencyKey: null,
    fingerprint: Buffer.alloc(0),
    traceId: '',
    trace: null,
    dryRun: false,
  };
}
