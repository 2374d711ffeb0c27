import pg from 'pg';
import { createClient, eventually, type Client, type Json, type Reply } from './client.js';
import { startService, type TestService } from './service.js';

/** One or two API processes over one database, with accounts to try money commands on. */
export interface Bank {
  clients: Client[];
  client: Client;
  /** As superuser, beside the service. */
  database: pg.Client;
  /** A liability of its own with so much in it. */
  wallet(amount?: number | string, fields?: object): Promise<string>;
  close(): Promise<void>;
}

export async function openBank(processes = 1): Promise<Bank> {
  const services: TestService[] = [await startService()];
  while (services.length < processes) services.push(await startService({}, services[0]!.databaseUrl));
  const clients = services.map(({ url }) => createClient(url));
  const client = clients[0]!;
  const database = new pg.Client({ connectionString: services[0]!.databaseUrl });
  await database.connect();
  await client.open('world', { min_balance: null });
  let count = 0;
  const wallet = async (amount: number | string = 0, fields: object = {}) => {
    const { id } = await client.open(`w${++count}`, fields);
    if (amount !== 0) recordedOf(await client.transfer('world', id, amount));
    return id as string;
  };
  const close = async () => {
    await database.end();
    for (const service of services.reverse()) await service.stop();
  };
  return { clients, client, database, wallet, close };
}

/** The body of what was recorded; anything but a 2xx fails the test. */
export function recordedOf({ status, body, text }: Reply): Json {
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return body;
}

/** `[status, code]` of a refusal, `[status, undefined]` of anything else. */
export const code = ({ status, body }: Reply) => [status, body?.code];

/** How often each code, or status where there is none. */
export function tally(replies: Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const name = body?.code ?? String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** What an account has: posted balance, pending debits and credits, available. */
export async function standing(client: Client, id: string): Promise<string[]> {
  const { balances } = await client.account(id);
  return [balances.posted.balance, balances.pending.debits, balances.pending.credits, balances.available];
}

export const entriesOf = ({ entries }: Json) =>
  entries.map(({ account, side, amount }: Json) => [account, side, amount]);

/** Resolves when the read model has all that is recorded now. */
export async function caughtUp(database: pg.Client): Promise<void> {
  await eventually(async () => {
    const { rows } = await database.query(
      `select (select count(*) from journal.transactions) = (select count(*) from transactions_v1.transactions)
         and (select count(*) from journal.annotations) = (select count(*) from transactions_v1.annotations) as is`,
    );
    return rows[0].is as boolean;
  });
}
