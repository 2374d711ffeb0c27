import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccounts } from './clients/accounts.js';
import { createKnown } from './clients/known.js';
import { createSender } from './clients/sender.js';
import { startCluster } from './cluster.js';
import { createDice } from './dice.js';
import { faults } from './faults/all.js';
import { createHistory, type History } from './history.js';
import { readLogs } from './logs.js';
import { createNemesis } from './nemesis.js';
import { showRound, showViolation } from './report.js';
import { runRound, type RoundResult } from './round.js';

export interface ChaosOptions {
  seed: number;
  rounds: number;
  /** No round is begun after so long. */
  minutes: number;
  /** Kinds of faults, by name. */
  faults: string[];
  /** At work in each round. */
  faultsARound: number;
  /** Beyond the time-outs of everything in its way, where it may be. */
  longestFaultMs: number;
  loadMs: number;
  clients: number;
  log: (line: string) => void;
  /** Ends it, with all that was started. */
  signal?: AbortSignal;
}

export interface ChaosResult {
  rounds: RoundResult[];
  history: History;
  /** What the programs logged as errors, and how often. */
  errors: [line: string, times: number][];
  /** Where the logs of all processes are, when something was broken. */
  kept: string | undefined;
}

export const chaosDefaults: Omit<ChaosOptions, 'seed' | 'log' | 'signal'> = {
  rounds: 6,
  minutes: 10,
  faults: Object.keys(faults),
  faultsARound: 3,
  longestFaultMs: 40_000,
  loadMs: 15_000,
  clients: 10,
};

/** Rounds of load and faults over one cluster, until one breaks a promise. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, rounds, minutes, faultsARound, longestFaultMs, loadMs, clients, log, signal } = options;
  const began = performance.now();
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-chaos-'));
  const history = createHistory();
  const results: RoundResult[] = [];
  const nextNemesis = createNemesis(createDice(seed), options.faults, faultsARound, longestFaultMs);
  let errors: ChaosResult['errors'] = [];
  let broken = true;
  const cluster = await startCluster(dir, () => {});
  signal?.addEventListener('abort', () => void cluster.stop());
  try {
    await openAccounts(cluster.urls[0]!);
    log(`the cluster runs after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const sender = createSender(cluster.urls, history);
    const known = createKnown();
    for (let round = 1; round <= rounds && performance.now() - began < minutes * 60_000; round++) {
      const nemesis = nextNemesis();
      const of = { cluster, sender, known, history, nemesis, seed: seed + round * 10_000, clients, loadMs };
      const result = await runRound(of);
      const logged = await readLogs(join(dir, 'logs'));
      errors = logged.errors;
      result.violations.push(...logged.violations);
      results.push(result);
      log(showRound(round, result));
      broken = result.violations.length > 0;
      if (!broken) continue;
      const { violations } = result;
      violations.slice(0, 5).forEach((violation) => log(showViolation(violation, 400)));
      await writeFile(
        join(dir, 'violations.txt'),
        violations.map((each) => showViolation(each)).join('\n\n'),
      );
      break;
    }
  } finally {
    await cluster.stop();
    if (!broken) await rm(dir, { recursive: true, force: true });
    else log(`the logs, and what was broken, are kept in ${dir}`);
  }
  return { rounds: results, history, errors, kept: broken ? dir : undefined };
}
