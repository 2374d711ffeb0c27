import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { createClient, type Json } from './client.js';
import { eventually } from './ledger.js';
import { whileRunning } from './program.js';

/** The README's first steps on an empty database, and a second start on what they left. */
export async function firstUse(databaseUrl: string): Promise<void> {
  const { key, answer } = await whileRunning(databaseUrl, ({ url }) => firstSteps(url));
  await whileRunning(databaseUrl, async ({ url }) => {
    const client = createClient(url);
    expect(await client.transfer('cash', 'alice', '10000', {}, { key })).toMatchObject({ text: answer });
    expect(await client.balance('alice')).toBe('7500');
    await client.transfer('bob', 'alice', '500', { reference: 'change-1' });
    await listed(url, ['change-1', 'order-1', null], { cash: '10000', alice: '8000', bob: '2000' });
  });
}

async function firstSteps(url: string) {
  const client = createClient(url);
  await client.open('cash', { type: 'asset', min_balance: null });
  await client.open('alice', { metadata: { tier: 1 } });
  await client.open('bob');
  const key = randomUUID();
  const first = await client.transfer('cash', 'alice', '10000', {}, { key });
  const again = await client.transfer('cash', 'alice', '10000', {}, { key });
  expect(first.status).toBe(201);
  expect(again.text).toBe(first.text);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const paid = await client.transfer('alice', 'bob', '2500', { reference: 'order-1', metadata: { seat: 7 } });
  expect(paid.status).toBe(201);
  const refused = await client.transfer('bob', 'alice', '999900');
  expect(refused.body).toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: '2500' });
  await listed(url, ['order-1', null], { cash: '10000', alice: '7500', bob: '2500' });
  const size = async (path: string) => (await client.get(path)).body.data.length;
  expect(await size('accounts?metadata[tier]=1')).toBe(1);
  expect(await size('transactions?metadata[seat]=7')).toBe(1);
  expect(await size('accounts/alice/entries')).toBe(2);
  const statement = await client.get('accounts/alice/statement');
  expect(statement.body).toMatchObject({ opening: '0', closing: '7500' });
  return { key, answer: first.text };
}

/** Until the lists, which come from the read model, hold just these references, newest first, and balances. */
export async function listed(
  url: string,
  references: (string | null)[],
  balances: Record<string, string>,
): Promise<void> {
  await eventually(async () => expect(await readModel(url)).toEqual({ references, balances }));
}

/** All that the lists of transactions and accounts answer, in short. */
export async function readModel(url: string) {
  const client = createClient(url);
  const transactions: Json[] = (await client.get('transactions?limit=1000')).body.data;
  const accounts: Json[] = (await client.get('accounts?limit=1000')).body.data;
  return {
    references: transactions.map(({ reference }) => reference),
    balances: Object.fromEntries(accounts.map(({ id, balances }) => [id, balances.posted.balance])),
  };
}
