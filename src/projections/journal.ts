import type pg from 'pg';

/** False in a database that has a read model only, fed by the topic. Takes no rights. */
export async function hasJournal(db: Pick<pg.ClientBase, 'query'>): Promise<boolean> {
  const { rowCount } = await db.query(`select from pg_namespace where nspname = 'journal'`);
  return rowCount === 1;
}

/** There is nothing in this database to compare with, or to build from. */
export class NoJournal extends Error {}
