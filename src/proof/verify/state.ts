import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import type pg from 'pg';
import type { Finding } from '../finding.js';
import type { Looked } from './check.js';
import type { Sums } from './journal/sums.js';

const FORM = 1;
const EVERY_MS = 1_000;

/** All that a run knows, so that another can go on with it. */
export interface State {
  form: number;
  /** Of which database and what of it: a run goes on with its own kind only. */
  scope: string;
  beganAt: string;
  /** Time spent so far, by this run and those before. */
  seconds: number;
  horizon: string;
  seed: string;
  /** Where each walk is; `next` is null when it is at its end. */
  walks: Record<string, { next: string[] | null; done: number; looked: Looked; found: number }>;
  sums: Record<'entries' | 'transactions', Map<string, Sums>>;
  /** Those that are done. */
  parts: Record<string, Part>;
  findings: Finding[];
  found: number;
}

/** What became of a part. */
export interface Part {
  looked: Looked;
  findings: number;
  seconds: number;
}

/** A file that is something else, which must not be written over. */
export class NoState extends Error {}

export function newState(scope: string, horizon: bigint): State {
  return {
    ...{ form: FORM, scope, beganAt: new Date().toISOString(), seconds: 0, horizon: String(horizon) },
    seed: String(randomBytes(8).readBigInt64BE()),
    ...{ walks: {}, sums: { entries: new Map(), transactions: new Map() } },
    ...{ parts: {}, findings: [], found: 0 },
  };
}

/**
 * What to go on with: undefined when there is no file, or it is of another database or other parts.
 * @throws NoState
 */
export function readState(file: string, scope: string): State | undefined {
  if (!existsSync(file)) return undefined;
  const state = parsed(readFileSync(file, 'utf8'));
  if (!state) throw new NoState(`${file} is not a state of \`counterfoil verify\``);
  return state.form === FORM && state.scope === scope ? state : undefined;
}

function parsed(text: string): State | undefined {
  try {
    const state = JSON.parse(text, (key, value: unknown) =>
      key === 'entries' || key === 'transactions' ? sumsOf(value) : value,
    ) as State;
    return typeof state.form === 'number' && typeof state.scope === 'string' ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Sums are kept as an array of rows; under the same name elsewhere there are plain numbers. */
function sumsOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return new Map(
    (value as string[][]).map(([bucket, ...row]) => {
      const [legs, hash, posted, pending] = row.map(BigInt) as [bigint, bigint, bigint, bigint];
      return [bucket!, { legs, hash, posted, pending }];
    }),
  );
}

function written(state: State): string {
  return JSON.stringify(state, (_, value: unknown) =>
    value instanceof Map
      ? [...(value as Map<string, Sums>)].map(([bucket, { legs, hash, posted, pending }]) =>
          [bucket, legs, hash, posted, pending].map(String),
        )
      : value,
  );
}

/** Writes a state to its file, whole each time: at once, or within a second. */
export function keeperOf(file: string | undefined, state: State) {
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  const write = async () => {
    if (file === undefined) return;
    await writeFile(`${file}.new`, written(state), { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    return (writing = writing.then(write));
  };
  return {
    now,
    // What can't be written fails at the next `now`.
    soon: () => (timer ??= setTimeout(() => void now().catch(() => {}), EVERY_MS)),
    remove: async () => {
      clearTimeout(timer);
      await writing;
      if (file !== undefined) await rm(file, { force: true });
    },
  };
}

/** A database in its cluster's history: one that was restored to an earlier moment is another. */
export async function databaseOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    `select system_identifier || '/' || timeline_id || '/' || current_database() as name
     from pg_control_system(), pg_control_checkpoint()`,
  );
  return rows[0]!.name;
}
