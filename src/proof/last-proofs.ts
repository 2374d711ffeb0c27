import type pg from 'pg';
import { lastProofFindings, lastProofTimestamp } from '../platform/metrics.js';
import type { Report } from './verify/verify.js';

const EVERY_MS = 5_000;

/** Remembers what a run has proved or found. @param pool of counterfoil_app */
export async function recordProof(pool: pg.Pool, { parts, began_at, horizon }: Report): Promise<void> {
  const rows = Object.entries(parts).map(([part, { looked, findings }]) => ({ part, looked, findings }));
  await pool.query(
    `insert into journal.proofs (part, began_at, horizon, looked, findings)
     select part, $2, $3, looked, findings
     from jsonb_to_recordset($1) as p (part text, looked jsonb, findings bigint)`,
    [JSON.stringify(rows), began_at, horizon],
  );
}

/** Keeps the gauges of the last proofs up to date; returns how to stop. */
export function watchProofs(pool: pg.Pool): () => void {
  const look = async () => {
    const { rows } = await pool.query<{ part: string; at: number; findings: number }>(
      `select distinct on (part) part, extract(epoch from finished_at)::float8 as at, findings::float8 as findings
       from journal.proofs order by part, id desc`,
    );
    for (const { part, at, findings } of rows) {
      lastProofTimestamp.set({ part }, at);
      lastProofFindings.set({ part }, findings);
    }
  };
  // Postgres away shows in readiness; the gauges keep what was known.
  const turn = () => void look().catch(() => {});
  turn();
  const timer = setInterval(turn, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
