import fc from 'fast-check';
import { checkBooks } from '../../model/check.js';
import { beginnings, steps } from '../../model/commands.js';
import { perform, startRun, type Run } from '../../model/run.js';
import { createClient, type Client } from '../../support/client.js';
import type { Violation } from '../checker/violation.js';
import { createBalancer, patience } from './balancer.js';

interface Modelled {
  /** After the command at hand. @returns how many commands were answered as the model does */
  stop(): Promise<number>;
  /** Once the read model has caught up: all ways of reading give what the model has. */
  check(): Promise<Violation[]>;
}

const MOST_STEPS = 1_000;

/**
 * Each alone with a ledger of its own: whatever it asks, and however often it has to ask, the answer is that of the ledger in
 * memory.
 */
export function startModelled(urls: string[], seed: number, count: number): Modelled {
  const violations: Violation[] = [];
  const runs: Run[] = [];
  let over = false;
  let answered = 0;
  const judged = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      violations.push({ check: 'model', what: (error as Error).message });
    }
  };
  const alone = async (number: number) => {
    const seeded = { seed: seed + 2_000 + number };
    const [accounts] = fc.sample(beginnings, { ...seeded, numRuns: 1 });
    const run = await startRun((ledger) => patientClient(urls, ledger), accounts!);
    for (const step of fc.sample(steps(), { ...seeded, numRuns: MOST_STEPS })) {
      if (over) break;
      await perform(run, step);
      answered++;
    }
    runs.push(run);
  };
  const running = Promise.all(Array.from({ length: count }, (_, number) => judged(() => alone(number))));
  return {
    async stop() {
      over = true;
      await running;
      return answered;
    },
    async check() {
      await Promise.all(runs.map((run) => judged(() => checkBooks(run))));
      return violations;
    },
  };
}

/** Says of each answer whether it took more than one attempt: then it may be a replay. */
function patientClient(urls: string[], ledger: string): Client {
  const { url, next } = createBalancer(urls);
  let attempts = 0;
  const transport = {
    ...patience,
    fetch: (asked: string | URL | Request, init?: RequestInit) => {
      attempts++;
      return fetch(next(asked as URL).url, init);
    },
  };
  const client = createClient(url, ledger, undefined, { transport });
  return {
    ...client,
    async send(...given) {
      attempts = 0;
      const reply = await client.send(...given);
      return { ...reply, retried: attempts > 1 };
    },
  };
}
