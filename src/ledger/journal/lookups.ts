import type pg from 'pg';
import { claimsOf } from '../rules/command.js';
import { nameIn, type StoredResult } from './batch.js';
import { isAtomic, partsOf, resultKey, type Request, type Work } from './request.js';
import * as sql from './sql.js';

// What a batch looks up by what its requests claim: keys, ids, references.

export async function storedResults(
  client: pg.PoolClient | pg.Pool,
  work: Work[],
): Promise<Map<string, StoredResult>> {
  const keyed = [...work, ...partsOf(work.filter(isAtomic))].filter(
    ({ idempotencyKey }) => idempotencyKey !== null,
  );
  if (keyed.length === 0) return new Map();
  const { rows } = await client.query<
    StoredResult & { ledger: string; principal: string; idempotency_key: string }
  >({
    name: 'stored_results',
    text: sql.storedResults,
    values: [
      keyed.map((request) => request.ledger),
      keyed.map((request) => request.principal),
      keyed.map((request) => request.idempotencyKey),
    ],
  });
  return new Map(rows.map((row) => [resultKey({ ...row, idempotencyKey: row.idempotency_key }), row]));
}

export async function takenIds(client: pg.PoolClient, requests: Request[]): Promise<Set<string>> {
  const ids = requests.map((request) => claimsOf(request.command).id).filter((id) => id !== undefined);
  if (ids.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>(sql.transactionIds, [ids]);
  return new Set(rows.map((row) => row.id));
}

export async function takenReferences(
  client: pg.PoolClient,
  requests: Request[],
): Promise<Map<string, string>> {
  const claims = requests
    .map(({ ledger, command }) => ({ ledger, reference: claimsOf(command).reference }))
    .filter(({ reference }) => reference !== undefined);
  if (claims.length === 0) return new Map();
  const { rows } = await client.query<{ ledger: string; reference: string; id: string }>({
    name: 'references',
    text: sql.references,
    values: [claims.map((claim) => claim.ledger), claims.map((claim) => claim.reference)],
  });
  return new Map(rows.map((row) => [nameIn(row.ledger, row.reference), row.id]));
}
