import { createPool } from '../../../src/platform/postgres.js';
import { checkSeals as checkAgainstSeals } from '../../../src/proof/seals/verify-seals.js';
import type { Violation } from './violation.js';

/** What was sealed while all of that went on is as it was sealed. */
export async function checkSeals(databaseUrl: string): Promise<Violation[]> {
  const violations: Violation[] = [];
  const pool = createPool(databaseUrl, { role: 'counterfoil_reader', max: 1, applicationName: 'chaos' });
  try {
    await checkAgainstSeals({
      pool,
      parallel: 1,
      signal: new AbortController().signal,
      progress: () => {},
      found: ({ subject, detail }) => void violations.push({ check: 'seals', what: `${subject} ${detail}` }),
    });
    return violations;
  } finally {
    await pool.end();
  }
}
