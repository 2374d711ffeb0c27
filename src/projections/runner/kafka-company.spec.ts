import { expect, it } from '@jest/globals';
import { inCompany } from './kafka-company.js';
import type { Fetched, Outcome } from './kafka-offsets.js';

const part = (partition: number, messages = 1) =>
  ({ partition, messages: Array.from({ length: messages }) }) as unknown as Fetched;

/** Notes which partitions were applied together; each transaction goes on until it is let go. */
function recorder() {
  const transactions: { partitions: number[]; end: (error?: Error) => void }[] = [];
  const apply = inCompany(
    (parts) =>
      new Promise((resolve, reject) => {
        const partitions = parts.map(({ partition }) => partition);
        const outcomes: Outcome[] = partitions.map((partition) => ({ seek: String(partition) }));
        transactions.push({ partitions, end: (error) => (error ? reject(error) : resolve(outcomes)) });
      }),
  );
  return { apply, transactions };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('applies together what comes at once, and next what comes meanwhile', async () => {
  const { apply, transactions } = recorder();
  const first = [apply(part(0)), apply(part(1))];
  await turn();
  const second = [apply(part(2)), apply(part(3))];
  await turn();
  expect(transactions.map(({ partitions }) => partitions)).toEqual([[0, 1]]);
  transactions[0]!.end();
  expect(await Promise.all(first)).toEqual([{ seek: '0' }, { seek: '1' }]);
  await turn();
  expect(transactions.map(({ partitions }) => partitions)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  transactions[1]!.end(new Error('away'));
  expect(await Promise.allSettled(second)).toMatchObject([
    { status: 'rejected', reason: { message: 'away' } },
    { status: 'rejected', reason: { message: 'away' } },
  ]);
});

it('applies no more than two thousand messages in a transaction, but what one partition brought, and two at once', async () => {
  const { apply, transactions } = recorder();
  const all = [apply(part(0, 5_000)), apply(part(1, 1_500)), apply(part(2, 500)), apply(part(3, 600))];
  await turn();
  expect(transactions.map(({ partitions }) => partitions)).toEqual([[0], [1, 2]]);
  transactions[0]!.end();
  await turn();
  expect(transactions.map(({ partitions }) => partitions)).toEqual([[0], [1, 2], [3]]);
  for (const { end } of transactions) end();
  await Promise.all(all);
});
