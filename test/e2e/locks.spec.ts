import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Journal } from '../../src/ledger/journal/journal.js';
import { record } from '../support/journal-writer.js';
import {
  open,
  race,
  setStatus,
  slowOnce,
  startRivals,
  submit,
  transfer,
  type Rivals,
} from '../support/rivals.js';

// What the accounts' locks are for: races between two processes, played through.

let rivals: Rivals;

beforeAll(async () => {
  rivals = await startRivals();
});

afterAll(() => rivals?.close());

it('nothing comes between what a command saw and what it writes', async () => {
  const { cash, ours } = await rivals.accounts();
  const id = randomUUID();
  await submit(ours, open(id));
  let paid: ReturnType<typeof submit> | undefined;
  // It has seen that the account is empty, and is about to close it.
  slowOnce(rivals.pools[0], 'stored_results', async () => {
    paid = submit(rivals.theirs, transfer(cash, id, 7n));
    await Promise.race([paid, rivals.waiting(1)]);
  });
  const closed = await submit(ours, setStatus(id, 'closed'));
  expect([closed.said, (await paid!).code]).toEqual(['200', 'ACCOUNT_CLOSED']);
  expect(await rivals.stateOf(id)).toMatchObject({ status: 'closed', balance: null });
});

it.each([
  ['locks first', () => rivals.fresh()],
  ['decided before', (ours: Journal) => ours],
])('what waited for an account sees what became of it: %s', async (_, journal) => {
  const { id, cash, ours } = await rivals.accounts();
  const [frozen, paid] = await race(rivals, id, [
    () => submit(rivals.theirs, setStatus(id, 'frozen')),
    () => submit(journal(ours), transfer(cash, id, 1000n)),
  ]);
  expect([frozen!.said, paid!.code]).toEqual(['200', 'ACCOUNT_FROZEN']);
  expect(await rivals.stateOf(id)).toMatchObject({ status: 'frozen', balance: '100' });
});

it('locks are taken in one order, whatever order accounts are named in', async () => {
  const { id, other } = await rivals.accounts();
  const letGo = await rivals.hold(other);
  const paying = submit(rivals.theirs, transfer(other, id, 1n));
  await rivals.waiting(1);
  // It waits for the one that it names first; the other, which was opened before it, is locked already.
  const { rowCount } = await rivals.owner.query(
    'select from journal.accounts where id = $1 for no key update skip locked',
    [id],
  );
  await letGo();
  expect(rowCount).toBe(0);
  expect((await paying).said).toBe('201');
});

it('what waited for an account is recorded at the time at which it got it', async () => {
  const { id, cash } = await rivals.accounts();
  const letGo = await rivals.hold(id);
  const paying = submit(rivals.fresh(), transfer(cash, id, 1n));
  await rivals.waiting(1);
  const { rows } = await rivals.owner.query('select clock_timestamp() as now');
  await letGo();
  expect(JSON.parse((await paying).body).recorded_at > rows[0].now).toBe(true);
});

it('a reference that another is just using is refused when that commits', async () => {
  const { id, other, cash } = await rivals.accounts();
  const reference = randomUUID();
  const client = await rivals.owner.connect();
  await client.query('begin');
  const legs = [
    { account: cash, side: 'debit' as const, posted: 1n },
    { account: other, side: 'credit' as const, posted: 1n },
  ];
  const winner = await record(client, legs, { reference });
  const [from, to] = [id, `${id}-again`];
  await submit(rivals.theirs, open(to));
  // It shares no account with the other, and meets it on the reference alone.
  const losing = submit(rivals.fresh(), transfer(from, to, 5n, { reference }));
  await rivals.waiting(1);
  await client.query('commit');
  client.release();
  const loser = await losing;
  expect([loser.status, loser.code]).toEqual([409, 'REFERENCE_ALREADY_USED']);
  expect(JSON.parse(loser.body)).toMatchObject({ transaction_id: winner.id });
  expect(await rivals.stateOf(to)).toMatchObject({ balance: null });
});
