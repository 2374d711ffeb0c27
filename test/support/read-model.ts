import { expect } from '@jest/globals';
import { schemaOf, type ProjectionName } from '../../src/projections/projection.js';
import type { ReadModelStatus } from '../../src/projections/status.js';
import { counterfoil } from './cli.js';
import { query } from './stack.js';

const first = (name: ProjectionName) => schemaOf({ name, version: 1 });

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
  const ids = async (table: string) =>
    (await query<{ id: string }>(databaseUrl, `select id from ${table}`)).map(({ id }) => id).sort();
  expect(await ids(`${first('transactions')}.transactions`)).toEqual([...transactions].sort());
  expect(await ids('journal.transactions')).toEqual([...transactions].sort());
  const [counts] = await query(
    databaseUrl,
    `select (select count(*) from ${first('lines')}.lines) as lines,
            (select count(*) from journal.entries) as entries,
            (select count(*) from ${first('transactions')}.annotations) as annotations,
            (select count(*) from journal.annotations) as annotated`,
  );
  expect(counts).toMatchObject({ lines: counts!.entries, annotations: counts!.annotated });
  const verified = await counterfoil(['projections', 'verify'], { DATABASE_URL: databaseUrl });
  // What differs shows in the failure.
  expect(verified.status === 0 ? '' : `${verified.stdout}${verified.stderr}`).toBe('');
}

export async function openLetters(databaseUrl: string): Promise<{ projection: string; source: string }[]> {
  return query(
    databaseUrl,
    `select projection, source from projections.dead_letters where state = 'open' order by id`,
  );
}
