import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDice } from '../dice.js';
import { answerOf, type History, type Operation } from '../history.js';
import { nextCommand } from './commands.js';
import type { Known } from './known.js';
import { readOwnWrite } from './readers.js';
import type { Sender } from './sender.js';

interface Clients {
  /** Ends them at once: a command that was not answered yet stays unknown. @throws what ended a client */
  stop(): Promise<void>;
}

interface ClientsOptions {
  sender: Sender;
  history: History;
  known: Known;
  urls: string[];
  seed: number;
  count: number;
}

const PAUSE_MS = 15;

/** Each sends one command after the other, and goes on with the next once it was answered. */
export function startClients({ sender, history, known, urls, seed, count }: ClientsOptions): Clients {
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const client = async (number: number) => {
    const dice = createDice(seed + number);
    const name = `client-${number}`;
    while (!over.signal.aborted) {
      const command = nextCommand(dice, known);
      const key = command.method === 'PATCH' || command.dryRun ? null : randomUUID();
      const operation = await sender.send(name, command, key, over.signal, key && dice.oneIn(8) ? 2 : 1);
      if (answerOf(operation)) {
        known.learn(operation);
        if (dice.oneIn(3)) await readAfter(name, operation);
      }
      await sleep(PAUSE_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  };
  const readAfter = async (name: string, operation: Operation) => {
    const url = urls[operation.number % urls.length]!;
    await readOwnWrite({ url, history, signal: over.signal }, name, operation);
  };
  const running = Promise.all(Array.from({ length: count }, (_, number) => client(number)));
  running.catch(() => {});
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}
