import type pg from 'pg';
import { schemaOf } from './projection.js';

const cachedForMs = 1_000;
const cache = new WeakMap<pg.Pool, { until: number; versions: Promise<Map<string, number>> }>();

/** The schema of the version of a projection that readers use now; at most a second old. */
export async function activeSchema(
  pool: pg.Pool,
  name: 'balances' | 'lines' | 'transactions',
): Promise<string> {
  let entry = cache.get(pool);
  if (!entry || entry.until < Date.now()) {
    entry = { until: Date.now() + cachedForMs, versions: readVersions(pool) };
    // A failure is not remembered: the next reader asks again.
    entry.versions.catch(() => cache.delete(pool));
    cache.set(pool, entry);
  }
  const version = (await entry.versions).get(name);
  if (version === undefined) throw new Error(`projection ${name} has no active version: run the migrations`);
  return schemaOf({ name, version });
}

async function readVersions(pool: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ projection: string; version: number }>(
    'select projection, version from projections.active',
  );
  return new Map(rows.map((row) => [row.projection, row.version]));
}
