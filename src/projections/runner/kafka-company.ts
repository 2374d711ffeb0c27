import type { Fetched, Outcome } from './kafka-offsets.js';

/** So many messages are applied in one transaction, unless a partition alone brought more. */
const MESSAGES = 2_000;
/** With so many waiting, another transaction goes on beside the first. */
const MANY = 500;
const TRANSACTIONS = 2;

interface Waiting {
  part: Fetched;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Applies what several partitions brought in one transaction: at a moderate rate that is an event or two of each, which
 * cost less than a transaction does. What comes while one goes on is applied by the next. They fail together.
 */
export function inCompany(
  apply: (parts: Fetched[]) => Promise<Outcome[]>,
): (part: Fetched) => Promise<Outcome> {
  const queue: Waiting[] = [];
  let running = 0;
  const next = async () => {
    const taken = take(queue);
    if (!taken) return;
    running += 1;
    try {
      const outcomes = await apply(taken.map(({ part }) => part));
      taken.forEach(({ resolve }, n) => resolve(outcomes[n]!));
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    running -= 1;
    again();
  };
  const again = () => {
    while (queue.length > 0 && (running === 0 || (running < TRANSACTIONS && sizeOf(queue) >= MANY)))
      void next();
  };
  return (part) =>
    new Promise((resolve, reject) => {
      queue.push({ part, resolve, reject });
      // All that one fetch brought comes in this turn of the loop.
      setImmediate(again);
    });
}

function take(queue: Waiting[]): Waiting[] | undefined {
  let messages = 0;
  const fit = queue.findIndex(({ part }, n) => (messages += part.messages.length) > MESSAGES && n > 0);
  const taken = queue.splice(0, fit === -1 ? queue.length : fit);
  return taken.length > 0 ? taken : undefined;
}

function sizeOf(queue: Waiting[]): number {
  return queue.reduce((sum, { part }) => sum + part.messages.length, 0);
}
