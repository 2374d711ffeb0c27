import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createPool } from '../../src/platform/postgres.js';
import { sealJournal } from '../../src/proof/seals/sealing.js';
import { counterfoil } from '../support/cli.js';
import { post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  for (const id of ['cash', 'alice'])
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

async function recordAndSeal(): Promise<void> {
  await post(stack.url, '/transfers', { from: 'cash', to: 'alice', amount: '1' });
  const pool = createPool(stack.databaseUrl, { role: 'counterfoil_app', max: 2, applicationName: 'test' });
  await sealJournal(pool);
  await pool.end();
}

const verify = async () => counterfoil(['verify', '--only', 'seals'], await stack.environment());

it('puts a copy of each seal on Kafka, under its ledger', async () => {
  await recordAndSeal();
  await recordAndSeal();
  const records = await readTopic(stack.brokers, 'ledger.seals.v1', events(2), { withinMs: 60_000 });
  expect(records.map(({ key, partition, headers }) => [key, partition, headers.ce_type])).toEqual([
    ['main', 0, 'ledger.journal.sealed'],
    ['main', 0, 'ledger.journal.sealed'],
  ]);
  const { status, stdout } = await verify();
  expect([status, stdout]).toEqual([0, expect.stringMatching(/2 seals, 2 copies; nothing is wrong/)]);
}, 90_000);

it('finds by them a journal that was changed and sealed anew', async () => {
  await query(
    stack.databaseUrl,
    `alter table journal.seals disable trigger all; delete from journal.seals;
     alter table journal.transactions disable trigger all; update journal.transactions set description = 'forged'`,
  );
  await recordAndSeal();
  const { status, stdout } = await verify();
  expect(status).toBe(3);
  expect(stdout).toContain(
    'seal 1 of ledger main: is another one than was published: the journal was sealed anew',
  );
  expect(stdout).toContain('seal 2 of ledger main: was published and is not in the journal');
}, 90_000);
