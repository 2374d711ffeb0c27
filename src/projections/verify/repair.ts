import type pg from 'pg';
import type { Comparison, Projection } from '../projection.js';
import { inTransaction } from '../runner/checkpoint.js';
import { appliedAlone } from '../versions.js';
import { compareIn, type Difference, type Kept } from './compare.js';
import type { Rows } from '../projection.js';
import type { RowSource } from '../runner/journal-rows.js';

/**
 * Compares a slice again while nobody applies, and puts the journal's rows in the place of those that differ.
 * @returns how many rows were put right
 */
export async function repairSlice(
  pool: pg.Pool,
  projection: Projection,
  comparisons: Comparison[],
  sources: (kept: Kept) => Partial<Record<Rows, RowSource>>,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '10s'`);
    const targets = await appliedAlone(client);
    const { schema } = targets.find((target) => target.projection === projection.name)!;
    const found = await compareIn(client, projection, comparisons, sources);
    for (const comparison of comparisons) {
      const rows = found.filter(({ table }) => table === comparison.table);
      await replace(client, schema, comparison, rows);
    }
    return found.length;
  });
}

async function replace(
  client: pg.ClientBase,
  schema: string,
  { table, key, columns }: Comparison,
  differences: Difference[],
): Promise<void> {
  const keys = JSON.stringify(differences.map((difference) => difference.key));
  const all = [...key, ...columns].join(', ');
  const among = (of: string) =>
    `(select from jsonb_populate_recordset(null::${schema}.${table}, $1) k
      where ${key.map((column) => `k.${column} = ${of}.${column}`).join(' and ')})`;
  await client.query(`delete from ${schema}.${table} t where exists ${among('t')}`, [keys]);
  await client.query(
    `insert into ${schema}.${table} (${all}) select ${all} from pg_temp.${table} t where exists ${among('t')}`,
    [keys],
  );
}
