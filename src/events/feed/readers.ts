import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { Problem } from '../../ledger/errors.js';
import { READ_POOL } from '../../platform/postgres.js';
import { inTransaction } from '../../projections/runner/checkpoint.js';
import { cursorOf, cursorsOf, type Position } from './position.js';
import { readOn } from './reading.js';
import { wakeUps } from './wake-up.js';

/** Most readers of a process at once: each holds a page of events. */
const MOST_READERS = 100;
/** Most connections that they use at once, of those of everybody who reads. */
const MOST_CONNECTIONS = 4;
const MOST_EVENTS = 1_000;

/** An event as it goes out. */
export interface Line {
  cursor: string;
  type: string;
  /** The event's JSON, byte for byte. */
  payload: string;
}

/** One request's reading of a ledger's events. */
export interface Reader {
  /** The next events, at most so many; none when nothing is new, or it is time to end. */
  next(most: number): Promise<Line[]>;
  /** Until something may have been recorded since the last `next` began; a second at most. */
  wait(ms: number): Promise<void>;
  /** Where it stands. */
  cursor(): string;
  /** When the client is gone, or the service stops. */
  signal: AbortSignal;
}

/** All that read events of this process: how many, on how many connections, and what wakes them. */
@Injectable()
export class Readers implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly open = new Set<AbortController>();
  private readonly wakeUps;
  private readonly inTurn = turns(MOST_CONNECTIONS);

  constructor(@Inject(READ_POOL) private readonly pool: pg.Pool) {
    this.wakeUps = wakeUps(pool);
  }

  /**
   * A reader until the response is complete or its client gone.
   * @throws Problem RATE_LIMITED, UNAVAILABLE
   */
  admit(
    ledger: string,
    from: Position | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Reader {
    if (this.stopping.signal.aborted) throw new Problem('UNAVAILABLE', 'the service is stopping');
    if (this.open.size >= MOST_READERS) {
      throw new Problem('RATE_LIMITED', `${MOST_READERS} readers of events are here already`, {}, 5);
    }
    const end = new AbortController();
    const { socket } = request;
    this.open.add(end);
    response.once('close', () => {
      end.abort();
      this.open.delete(end);
      // Kept alive, the connection would keep the service from stopping.
      if (this.stopping.signal.aborted) socket.destroySoon();
    });
    return this.reader(ledger, from, end.signal);
  }

  /** Before the server closes, which waits for what is still being answered. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    for (const end of this.open) end.abort();
    await this.wakeUps.stop();
  }

  private reader(ledger: string, from: Position | undefined, signal: AbortSignal): Reader {
    let position = from;
    let rung = this.wakeUps.count();
    return {
      signal,
      next: async (most) => {
        rung = this.wakeUps.count();
        while (!signal.aborted) {
          const step = await this.inTurn(() =>
            inTransaction(this.pool, (client) =>
              readOn(client, ledger, position, Math.min(most, MOST_EVENTS)),
            ),
          );
          position = step.position;
          const cursor = cursorsOf(ledger, step.of);
          const lines = step.events.map((event) => ({ cursor: cursor(event), ...event }));
          if (step.idle || lines.length > 0) return lines;
        }
        return [];
      },
      wait: (ms) => this.wakeUps.wait(rung, ms, signal),
      cursor: () => (position ? cursorOf(ledger, position) : ''),
    };
  }
}

/** At most so many at once; the others wait in the order they came. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
