import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  patch,
  race,
  request,
  setStatus,
  slowOnce,
  startRivals,
  submit,
  transfer,
  type Rivals,
} from '../support/rivals.js';

// Batches of one process are decided one upon another before they have their locks (A, then B); what the other process
// does in between must make them all wrong.

let rivals: Rivals;

beforeAll(async () => {
  rivals = await startRivals();
});

afterAll(() => rivals?.close());

describe('a batch decided upon one that fails', () => {
  it('fails too, though the account has come to the very version that it counted on', async () => {
    const { id, other, cash, ours } = await rivals.accounts();
    const [deposit, first, second] = await race(rivals, id, [
      () => submit(rivals.theirs, transfer(cash, id, 1000n)),
      () => submit(ours, transfer(id, other, 100n)),
      // Upon the first, there is nothing left for this.
      () => submit(ours, transfer(id, other, 50n)),
    ]);
    expect([deposit!.said, first!.said, second!.said]).toEqual(['201', '201', '201']);
    expect((await rivals.stateOf(id)).balance).toBe('950');
    expect((await submit(ours, transfer(id, other, 951n))).status).toBe(422);
    expect((await submit(ours, transfer(id, other, 950n))).status).toBe(201);
  });

  it('fails too, though the account has come to the very revision that it counted on', async () => {
    const { id, other, ours } = await rivals.accounts();
    const [frozen, patched, moved] = await race(rivals, id, [
      () => submit(rivals.theirs, setStatus(id, 'frozen')),
      () => submit(ours, patch(id, { minBalance: -1000n })),
      () => submit(ours, transfer(id, other, 500n)),
    ]);
    expect([frozen!.said, patched!.said, moved!.said]).toEqual(['200', '200', '409']);
    expect(JSON.parse(patched!.body)).toMatchObject({ status: 'frozen', revision: 3, min_balance: '-1000' });
    expect(JSON.parse(moved!.body)).toMatchObject({ code: 'ACCOUNT_FROZEN' });
    expect(await rivals.stateOf(id)).toMatchObject({ status: 'frozen', balance: '100' });
  });
});

it('a change that comes to nothing is judged by what is so, not by what was', async () => {
  const { id, ours } = await rivals.accounts();
  await submit(rivals.theirs, patch(id, { metadata: { tier: 'silver' } }));
  const emptied = await submit(ours, patch(id, { metadata: { tier: null } }));
  expect(JSON.parse(emptied.body)).toMatchObject({ metadata: {}, revision: 3 });
  await submit(rivals.theirs, patch(id, { metadata: { tier: 'gold' } }));
  expect((await submit(ours, patch(id, { metadata: { q: 1 }, ifRevisions: [4] }))).status).toBe(200);
});

it('what was drawn earlier never comes later on an account', async () => {
  const { id, other, ours } = await rivals.accounts();
  const legs = [
    { account: id, side: 'debit', amount: 10n },
    { account: other, side: 'credit', amount: 10n },
  ];
  const held = await submit(ours, request({ command: 'hold', entries: legs, isTransfer: true }));
  // The first batch has drawn its sequences; before it is told what is stored, the second has come and gone.
  let second: Awaited<ReturnType<typeof submit>> | undefined;
  slowOnce(rivals.pools[0], 'stored_results', async () => {
    second = await submit(ours, request({ command: 'void', holdId: JSON.parse(held.body).id }));
  });
  const first = await submit(ours, transfer(id, other, 1n));
  expect([first.said, second!.said]).toEqual(['201', '201']);
  const { sequences } = await rivals.stateOf(id);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
});
