import type pg from 'pg';

export interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

export interface Explained {
  text: string;
  /** All nodes of its plan. */
  nodes: Plan[];
  /** Blocks it touched, those of the functions it called included. */
  blocks: number;
}

/**
 * A pool that notes what is asked of it, as the code really asks, and hands it on; `explained` runs what was noted
 * again, as EXPLAIN ANALYZE.
 */
export function noting(pool: pg.Pool) {
  const noted: { text: string; values: unknown[] }[] = [];
  const query = (asked: string | { text: string; values?: unknown[] }, values: unknown[] = []) => {
    noted.push(
      typeof asked === 'string' ? { text: asked, values } : { text: asked.text, values: asked.values ?? [] },
    );
    return typeof asked === 'string' ? pool.query(asked, values) : pool.query(asked);
  };
  const explained = async (): Promise<Explained[]> => {
    const all: Explained[] = [];
    for (const { text, values } of noted.splice(0)) {
      const { rows } = await pool.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `explain (analyze, buffers, timing off, format json) ${text}`,
        values,
      );
      const plan = rows[0]!['QUERY PLAN'][0]!.Plan;
      all.push({
        text,
        nodes: nodesOf(plan),
        blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      });
    }
    return all;
  };
  return { pool: { query } as unknown as pg.Pool, explained };
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
