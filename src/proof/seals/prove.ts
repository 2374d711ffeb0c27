import { createHash } from 'node:crypto';
import type pg from 'pg';
import { leavesOf, pathOf, type Sibling } from './merkle.js';
import { sealAround } from './read-seals.js';
import { shown, type Seal } from './seal.js';

/** That a transaction was sealed: all that a third party needs to check it, but for a seal it trusts. */
export interface InclusionProof {
  format: 'counterfoil inclusion proof 1';
  /** The record as it was sealed, to the byte: JSON with the transaction and its entries, amounts in minor units. */
  record: string;
  /** From the record's leaf to the seal's root: hashes in hex. */
  path: { side: Sibling['side']; hash: string }[];
  ledger: string;
  seal: Record<string, string | number | null>;
}

/** No proof can be given, and why. */
export class NotProven extends Error {}

/**
 * @param id of a transaction, a UUID
 * @throws NotProven when there is no such transaction, when it isn't sealed yet, or when it isn't what was sealed
 */
export async function proveInclusion(pool: pg.Pool, id: string): Promise<InclusionProof> {
  const { sequence, ledger, record } = await recordOf(pool, id);
  const sealed = await sealAround(pool, ledger, sequence);
  if (!sealed) throw new NotProven(`transaction ${id} is not sealed yet`);
  const { seal } = sealed;
  const leaves = leavesOf(sealed.leaves);
  const at = sealed.sequences.indexOf(sequence);
  const leaf = createHash('sha256').update(Buffer.of(0)).update(record).digest();
  if (at < 0 || !leaves[at]!.equals(leaf)) {
    throw new NotProven(
      `transaction ${id} is not what seal ${seal.number} closed: run counterfoil verify --seals`,
    );
  }
  return proofOf(record, seal, pathOf(leaves, at));
}

function proofOf(record: string, seal: Seal, path: Sibling[]): InclusionProof {
  return {
    format: 'counterfoil inclusion proof 1',
    record,
    path: path.map(({ side, hash }) => ({ side, hash: hash.toString('hex') })),
    ledger: seal.ledger,
    seal: shown(seal),
  };
}

async function recordOf(pool: pg.Pool, id: string) {
  const { rows } = await pool.query<{ sequence: string; ledger: string; record: string }>(
    `select r.sequence, r.ledger, r.record
     from (select sequence from journal.transactions where id = $1) t, journal.records(t.sequence - 1, t.sequence) r
     where r.id = $1`,
    [id],
  );
  if (!rows[0]) throw new NotProven(`there is no transaction ${id}`);
  return rows[0];
}
