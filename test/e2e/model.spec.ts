import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import { beginnings, steps } from '../model/commands.js';
import { checkBooks } from '../model/check.js';
import { outcomes, perform, startRun } from '../model/run.js';
import { startService, type TestService } from '../support/service.js';

/** `MODEL_RUNS=5000` for a soak. A failure prints a seed and what it shrank to; `MODEL_SEED` begins with that one. */
const runs = Number(process.env.MODEL_RUNS ?? 150);
const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);
const lanes = 5;

let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.stop());

test('a plain ledger in memory answers every sequence of commands as the service does', async () => {
  let failing: number | undefined;
  const lane = (n: number) => {
    const sequences = fc.array(steps(), { minLength: 1, maxLength: 40, size: 'max' });
    const same = fc.asyncProperty(beginnings, sequences, async (accounts, sequence) => {
      if (failing !== undefined && failing !== n) return; // the others leave it the machine to shrink
      try {
        const run = await startRun(service.url, accounts);
        for (const step of sequence) await perform(run, step);
        await checkBooks(run);
      } catch (error) {
        failing ??= n;
        throw error;
      }
    });
    return fc.check(same, {
      seed: seed + n,
      numRuns: Math.ceil(runs / lanes),
      endOnFailure: !!process.env.QUICK,
    });
  };
  const results = await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)));
  if (process.env.TALLY)
    (await import('node:fs')).writeFileSync(
      '/tmp/tally.txt',
      [...outcomes]
        .sort()
        .map(([a, b]) => `${b} ${a}`)
        .join('\n'),
    );
  const failed = results.find((result) => result.failed);
  if (failed) throw new Error(`${fc.defaultReportMessage(failed)}\n\n${String(failed.errorInstance)}`);
}, 3_600_000);
