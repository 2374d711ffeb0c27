import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkBooks } from '../model/check.js';
import { beginnings, steps } from '../model/commands.js';
import { release } from '../model/ledger.js';
import { outcomes, perform, startRun, type Run } from '../model/run.js';
import { createClient } from '../support/client.js';
import { eventually } from '../support/ledger.js';
import { startService, type TestService } from '../support/service.js';

/**
 * The same sequences each time, so that what is green stays so; `MODEL_RUNS=5000` is a soak of others. A failure prints
 * its seed and what it shrank to; `MODEL_SEED` begins with that.
 */
const { MODEL_RUNS, MODEL_SEED } = process.env;
const runs = Number(MODEL_RUNS ?? 150);
const seed = Number(MODEL_SEED ?? (MODEL_RUNS ? Date.now() % 2 ** 31 : 20261121));
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
        const run = await startRun((ledger) => createClient(service.url, ledger), accounts);
        for (const step of sequence) await perform(run, step);
        await checkBooks(run);
      } catch (error) {
        failing ??= n;
        throw error;
      }
    });
    return fc.check(same, { seed: seed + n, numRuns: Math.ceil(runs / lanes) });
  };
  const results = await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)));
  const failed = results.find((result) => result.failed);
  if (failed) throw new Error(`${fc.defaultReportMessage(failed)}\n\n${String(failed.errorInstance)}`);
  if (runs >= 150) expect([...outcomes.keys()]).toEqual(expect.arrayContaining(expectedCodes));
}, 3_600_000);

/** Each comes often enough that its absence means that the generator has lost it. */
const expectedCodes =
  `done VALIDATION_FAILED ACCOUNT_NOT_FOUND TRANSACTION_NOT_FOUND HOLD_NOT_FOUND ALREADY_EXISTS
  REFERENCE_ALREADY_USED CONDITION_FAILED ACCOUNT_FROZEN ACCOUNT_CLOSED ACCOUNT_NOT_EMPTY HOLD_NOT_OPEN NOT_REVERSIBLE
  REVISION_MISMATCH IDEMPOTENCY_MISMATCH UNKNOWN_ACCOUNT UNBALANCED CURRENCY_MISMATCH INSUFFICIENT_FUNDS LIMIT_EXCEEDED
  AMOUNT_OVERFLOW CAPTURE_EXCEEDS_HOLD REVERSAL_EXCEEDS_ORIGINAL AMOUNT_NOT_APPLICABLE BULK_REJECTED`.split(
    /\s+/,
  );

test('holds whose time comes between the commands are released in both', async () => {
  const sequence = fc.array(steps(), { maxLength: 12, size: 'max' });
  const all = fc.sample(fc.tuple(beginnings, sequence), { seed, numRuns: 12 });
  await Promise.all(
    all.map(async ([accounts, sequence], n) => {
      const run = await startRun((ledger) => createClient(service.url, ledger), accounts);
      const half = Math.floor(sequence.length / 2);
      for (const step of sequence.slice(0, half)) await perform(run, step);
      const id = await expiring(run, n % 2 === 0);
      for (const action of ['capture', 'void'])
        await perform(run, { request: { method: 'POST', path: ['holds', id, action], body: {} } });
      for (const step of sequence.slice(half)) await perform(run, step);
      await checkBooks(run);
    }),
  );
  expect(outcomes.get('HOLD_EXPIRED')).toBeGreaterThanOrEqual(24);
}, 120_000);

/** Holds something for a second, captures some of it or not, and waits until the service has released the rest. */
async function expiring(run: Run, partly: boolean): Promise<string> {
  const id = run.id.replace(/^......../, 'eeeeeeee');
  const account = { command: 'open_account', type: 'liability', currency: 'USD', min_balance: null };
  // One command, so that the second can't pass between its parts; two accounts that no other command names.
  const commands = [
    { ...account, id: 'x' },
    { ...account, id: 'y' },
    { command: 'hold', id, from: 'x', to: 'y', amount: '7', expires_in: 1 },
    ...(partly ? [{ command: 'capture', hold_id: id, amount: '2', keep_open: true }] : []),
  ];
  await perform(run, { request: { method: 'POST', path: ['bulk'], body: { mode: 'atomic', commands } } });
  await eventually(async () => {
    const { body } = await run.client.get('transactions?kind=expiry');
    const [{ id: expiry, recorded_at }] = body.data;
    release(run.model, 'expiry', id, {}, { id: expiry, now: recorded_at });
  });
  return id;
}
