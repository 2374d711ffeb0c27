import { createTransport } from '@counterfoil/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './ledger.js';

/** Clients that transfer, reserve and capture, each one command after the other. */
export interface Load {
  /** Ids of the transactions that were acknowledged, in the order of that. */
  readonly acknowledged: string[];
  /** Until so many more are acknowledged. @throws what ended a client */
  more(count: number): Promise<void>;
  /** After the commands at hand were acknowledged. @throws what ended a client: a refusal */
  stop(): Promise<void>;
}

/** A client tries on with the same key until its command is acknowledged, as a good client does. */
const retry = { attempts: 1_000, firstWaitMs: 20, longestWaitMs: 500 };

/** Back and forth between accounts that may go below zero; `pauseMs` after each command. */
export function startLoad(url: string, accounts: string[], { clients = 6, pauseMs = 20 } = {}): Load {
  const transport = createTransport({ url, retry, timeoutMs: 20_000 });
  const acknowledged: string[] = [];
  let done = false;
  const command = async (path: string, body: object): Promise<string> => {
    const request = { method: 'POST', path: `/v1/ledgers/main/${path}`, body, key: randomUUID() } as const;
    const { id } = await transport.call<{ id: string }>(request);
    acknowledged.push(id);
    await sleep(pauseMs);
    return id;
  };
  const client = async (number: number) => {
    for (let n = number; !done; n += 1) {
      const from = accounts[n % accounts.length];
      const to = accounts[(n + 1 + (number % (accounts.length - 1))) % accounts.length];
      await command('transfers', { from, to, amount: '1' });
      const hold = await command('holds', { from, to, amount: '5' });
      await command(`holds/${hold}/capture`, { amount: '3' });
    }
  };
  const running = Array.from({ length: clients }, (_, number) => client(number));
  let failure: Error | undefined;
  for (const one of running) one.catch((error: Error) => (failure = error));
  return {
    acknowledged,
    async more(count) {
      const enough = acknowledged.length + count;
      await eventually(async () => {
        if (!failure && acknowledged.length < enough) throw new Error('no commands are acknowledged');
      }, 60_000);
      if (failure) throw failure;
    },
    async stop() {
      done = true;
      await Promise.all(running);
    },
  };
}

/** While it runs, `work`. @returns what was acknowledged */
export async function whileLoaded(load: Load, work: () => Promise<void>): Promise<string[]> {
  try {
    await work();
  } finally {
    await load.stop();
  }
  return load.acknowledged;
}
