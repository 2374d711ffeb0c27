import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { all, beginnings, steps } from '../model/commands.js';
import { checkBooks, perform, startRun } from '../model/run.js';
import { startService, type TestService } from '../support/service.js';

/** `MODEL_RUNS=5000` for a soak; `MODEL_SEED=…` to see a failure again (it is printed with one). */
const runs = Number(process.env.MODEL_RUNS ?? 150);
const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
const lanes = process.env.MODEL_SEED ? 1 : 5;

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

const names = process.env.MODEL_ONLY?.split(',') ?? all;
const sequences = fc.asyncProperty(
  beginnings,
  fc.array(
    steps(
      names,
      fc.constantFrom(...(process.env.MODEL_ONLY ? ['independent'] : ['independent', 'atomic'])),
      !process.env.MODEL_ONLY,
    ),
    { minLength: 1, maxLength: 40, size: 'max' },
  ),
  async (accounts, sequence) => {
    const run = await startRun(service.url, accounts);
    for (const step of sequence)
      if (!process.env.MODEL_ONLY || !/up_to|"if"|"to":\[|dryRun/.test(JSON.stringify(step)))
        await perform(run, step);
    await checkBooks(run);
  },
);

test('a plain ledger in memory answers every sequence of commands as the service does', async () => {
  const lane = (n: number) => fc.check(sequences, { seed: seed + n, numRuns: Math.ceil(runs / lanes) });
  const results = await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)));
  const failed = results.find((result) => result.failed);
  if (failed) throw new Error(`${fc.defaultReportMessage(failed)}\n\n${String(failed.errorInstance)}`);
}, 3_600_000);
