import { createClient, isCode } from '@counterfoil/client';

const client = createClient({ url: process.env.COUNTERFOIL_URL ?? 'http://127.0.0.1:3000' });

// Cash is an asset and may go anywhere; what is owed to Ann and Ben may not go below zero.
await client.accounts.open({ id: 'cash-desk', type: 'asset', currency: 'USD', min_balance: null });
await client.accounts.open({ id: 'ann', type: 'liability', currency: 'USD' });
await client.accounts.open({ id: 'ben', type: 'liability', currency: 'USD' });

// Minor units: 100.00 USD. A string or a bigint, never a number.
await client.transfers.create({ from: 'cash-desk', to: 'ann', amount: 10_000n });
await client.transfers.create({ from: 'ann', to: 'ben', amount: '2500', reference: 'order-7' });

try {
  await client.transfers.create({ from: 'ann', to: 'ben', amount: '999900' });
} catch (error) {
  if (!isCode(error, 'INSUFFICIENT_FUNDS')) throw error;
  console.log(`${error.code}: ${error.problem.available} available, ${error.problem.required} needed`);
}

for await (const line of client.accounts.statementLines('ann')) {
  console.log(line.reference ?? '-', line.side, line.amount, line.balance);
}
