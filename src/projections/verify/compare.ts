import type pg from 'pg';
import { activeSchemas } from '../active.js';
import type { Comparison, Projection, ProjectionName, Rows } from '../projection.js';
import { inTransaction } from '../runner/checkpoint.js';
import type { RowSource } from '../runner/journal-rows.js';
import { applyJournal } from '../runner/rows.js';

/** A row that the read model has otherwise than the journal says; null where one of them has none. */
export interface Difference {
  projection: ProjectionName;
  table: string;
  key: Record<string, string>;
  journal: Record<string, string | null> | null;
  readModel: Record<string, string | null> | null;
}

/** Rows of a source that the read model must have by now, or has. */
export type Kept = (source: RowSource, of: 'transactions' | 'annotations') => RowSource;

type Sources = (kept: Kept) => Partial<Record<Rows, RowSource>>;

/** Fills tables of this session alone by the projection's own statements, and looks for rows that differ. */
export async function compareSlice(
  pool: pg.Pool,
  projection: Projection,
  comparisons: Comparison[],
  sources: Sources,
): Promise<Difference[]> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read');
    return compareIn(client, projection, comparisons, sources);
  });
}

/** In a transaction that sees one state of journal and read model throughout; leaves its tables behind until it ends. */
export async function compareIn(
  client: pg.ClientBase,
  projection: Projection,
  comparisons: Comparison[],
  sources: Sources,
): Promise<Difference[]> {
  const { name } = projection;
  const schemas = await activeSchemas(client, name, 'transactions');
  const made = sources(keptIn(schemas.transactions));
  await client.query('discard temp');
  await client.query(projection.tables.replaceAll('{schema}', 'pg_temp'));
  await applyJournal(client, made, [{ projection: name, version: 0, schema: 'pg_temp' }]);
  const found: Difference[] = [];
  for (const comparison of comparisons) {
    const { table, by } = comparison;
    const scope = by === 'accounts' ? made.entries! : made.transactions!;
    const within =
      by === 'accounts'
        ? 'account_no = any($1::bigint[])'
        : 'sequence > $1::bigint and sequence <= $2::bigint';
    const rows = await differing(client, comparison, {
      expected: `select * from pg_temp.${table} where ${within}`,
      actual: `select * from ${schemas[name]}.${table} where ${within}`,
      values: scope.values,
    });
    found.push(...rows.map((row) => ({ projection: name, table, ...row })));
  }
  return found;
}

/** One statement over everything, which sees one state of both. */
export async function compareWhole(
  pool: pg.Pool,
  { name }: Projection,
  schema: string,
  comparison: Comparison & { by: 'whole' },
  entries: RowSource,
): Promise<Difference[]> {
  const { transactions } = await activeSchemas(pool, 'transactions');
  const kept = keptIn(transactions)(entries, 'transactions');
  const rows = await differing(pool, comparison, {
    expected: comparison.expected.replace('{incoming}', () => kept.text),
    actual: `select * from ${schema}.${comparison.table}`,
    values: kept.values,
  });
  return rows.map((row) => ({ projection: name, table: comparison.table, ...row }));
}

/** What came is in `transactions` as well, since every event is applied to all projections at once. */
function keptIn(schema: string): Kept {
  return ({ text, values }, of) => ({
    text: `select r.* from (${text}) r where r.sequence <= (select sequence from projections.complete)
      or exists (select from ${schema}.${of} p where p.sequence = r.sequence)`,
    values,
  });
}

async function differing(
  db: Pick<pg.ClientBase, 'query'>,
  { key, columns }: Comparison,
  { expected, actual, values }: { expected: string; actual: string; values: unknown[] },
): Promise<Omit<Difference, 'projection' | 'table'>[]> {
  const text = (names: string[], value: (column: string) => string) =>
    `json_build_object(${names.map((column) => `'${column}', ${value(column)}::text`).join(', ')})`;
  const row = (of: string) => `row(${columns.map((column) => `${of}.${column}`).join(', ')})`;
  const [first] = key;
  const { rows } = await db.query<Omit<Difference, 'projection' | 'table'>>(
    `select ${text(key, (column) => `coalesce(e.${column}, a.${column})`)} as key,
       case when e.${first} is not null then ${text(columns, (column) => `e.${column}`)} end as journal,
       case when a.${first} is not null then ${text(columns, (column) => `a.${column}`)} end as "readModel"
     from (${expected}) e full join (${actual}) a on ${key.map((column) => `e.${column} = a.${column}`).join(' and ')}
     where (e.${first} is null) <> (a.${first} is null) or ${row('e')} is distinct from ${row('a')}`,
    values,
  );
  return rows;
}
