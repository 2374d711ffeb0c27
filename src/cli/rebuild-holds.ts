import { withDatabase } from './database.js';

/** A journal is read from end to end. */
const STATEMENT_SECONDS = 3_600;

/** Makes `journal.open_holds` again from the chains, as the service's own role; answers how many may expire. */
export async function rebuildOpenHolds(): Promise<number> {
  const session = {
    role: 'counterfoil_app',
    name: 'counterfoil holds rebuild',
    statementSeconds: STATEMENT_SECONDS,
  } as const;
  return withDatabase(session, async (pool) => {
    const { rows } = await pool.query<{ count: number }>('select journal.rebuild_open_holds() as count');
    return rows[0]!.count;
  });
}
