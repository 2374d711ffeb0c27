import { isDeepStrictEqual } from 'node:util';
import { schemaOf, type ProjectionName } from '../../src/projections/projection.js';
import { counterfoil } from './cli.js';
import { query } from './stack.js';

const first = (name: ProjectionName) => schemaOf({ name, version: 1 });

/** Sorted. */
export async function idsOf(databaseUrl: string, table: string): Promise<string[]> {
  return (await query<{ id: string }>(databaseUrl, `select id from ${table}`)).map(({ id }) => id).sort();
}

/**
 * Where the read model is not as the journal: nothing when each projection has all of it, once. Transactions and lines must not have been
 * rebuilt.
 */
export async function readModelDiffers(databaseUrl: string): Promise<string[]> {
  const recorded = await idsOf(databaseUrl, 'journal.transactions');
  const shown = await idsOf(databaseUrl, `${first('transactions')}.transactions`);
  if (!isDeepStrictEqual(shown, recorded))
    return [`the read model has ${shown.length} transactions, the journal ${recorded.length}, or others`];
  const [counts] = await query<Record<string, string>>(
    databaseUrl,
    `select (select count(*) from ${first('lines')}.lines) as lines,
            (select count(*) from journal.entries) as entries,
            (select count(*) from ${first('transactions')}.annotations) as annotations,
            (select count(*) from journal.annotations) as annotated`,
  );
  const { lines, entries, annotations, annotated } = counts!;
  if (lines !== entries || annotations !== annotated)
    return [`${lines} lines of ${entries} entries, ${annotations} annotations of ${annotated}`];
  const verified = await counterfoil(['projections', 'verify'], { DATABASE_URL: databaseUrl });
  return verified.status === 0 ? [] : [`${verified.stdout}${verified.stderr}`];
}
