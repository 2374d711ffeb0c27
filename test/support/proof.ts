import type pg from 'pg';
import type { Finding } from '../../src/proof/finding.js';
import type { Check, Context, Looked } from '../../src/proof/verify/check.js';
import { addLooked, runWalks } from '../../src/proof/verify/walks.js';

/** Runs one check by itself, over any sessions, with all that is recorded below its horizon. */
export async function runCheck(
  check: Check,
  options: Partial<Context> & { pool: pg.Pool },
): Promise<{ looked: Looked; findings: Finding[] }> {
  const findings: Finding[] = [];
  const { signal } = new AbortController();
  const walked: Looked = {};
  const context: Context = {
    ...{ scratch: options.pool, standby: false, horizon: 10n ** 15n, parallel: 1, signal, seed: '1' },
    ...{ mostFindings: 100, publicKey: undefined, copiesFile: undefined, brokers: [], progress: () => {} },
    sums: { entries: new Map(), transactions: new Map() },
    find: (finding) => void findings.push(finding),
    async walk(walks) {
      const at = new Map<string, string[] | null>();
      await runWalks(walks, options.parallel ?? 1, signal, {
        from: ({ name }) => at.get(name),
        taken({ name }, step) {
          at.set(name, step.next);
          findings.push(...(step.findings ?? []));
          addLooked(walked, step.looked);
        },
      });
      return walked;
    },
    ...options,
  };
  return { looked: await check.run(context), findings };
}
