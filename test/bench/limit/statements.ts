import type pg from 'pg';

/** Settings of a Postgres that counts its statements; it takes a little of its time. */
export const withStatements = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
};

export async function resetStatements(client: pg.Client): Promise<void> {
  await client.query('select pg_stat_statements_reset()');
}

export interface Statement {
  calls: number;
  /** Planning and running, in milliseconds. */
  total: number;
  query: string;
}

/** What the service has run since the reset, the most expensive first. */
export async function statementsOf(client: pg.Client): Promise<Statement[]> {
  const { rows } = await client.query<Statement>(
    `select sum(calls)::float8 as calls, sum(total_exec_time + total_plan_time)::float8 as total,
       regexp_replace(query, '\\s+', ' ', 'g') as query
     from pg_stat_statements where toplevel and query !~* 'pg_stat_statements|^checkpoint|pg_current_wal_lsn|pg_partition_tree'
     group by 3 order by 2 desc`,
  );
  return rows;
}
