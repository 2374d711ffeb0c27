import { expect } from '@jest/globals';
import type { ReadModelStatus } from '../../src/projections/status.js';
import { counterfoil } from './cli.js';
import { idsOf, readModelDiffers } from './read-model-differs.js';
import { query } from './stack.js';

/** What `projections status` says. */
export async function statusOf(databaseUrl: string): Promise<ReadModelStatus> {
  const { stdout } = await counterfoil(['projections', 'status', '--json'], { DATABASE_URL: databaseUrl });
  return JSON.parse(stdout) as ReadModelStatus;
}

/**
 * The journal and the read model hold these transactions and no others, once each; every projection is as the journal says.
 * For those that were not rebuilt.
 */
export async function expectReadModelAsJournal(databaseUrl: string, transactions: string[]): Promise<void> {
  expect(await idsOf(databaseUrl, 'journal.transactions')).toEqual([...transactions].sort());
  // What differs shows in the failure.
  expect(await readModelDiffers(databaseUrl)).toEqual([]);
}

export async function openLetters(databaseUrl: string): Promise<{ projection: string; source: string }[]> {
  return query(
    databaseUrl,
    `select projection, source from projections.dead_letters where state = 'open' order by id`,
  );
}
