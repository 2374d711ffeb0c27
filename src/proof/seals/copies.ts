import type pg from 'pg';
import type { Finding } from '../finding.js';
import type { PublicKey } from './key.js';
import { HASH_BYTES } from './merkle.js';
import { hashOf } from './seal.js';

const SLICE = 1_000;

/** A seal as an event of `ledger.seals.v1` has it. */
export interface SealCopy {
  /** For people: `ledger.seals.v1[0]@17`. */
  position: string;
  payload: string;
}

interface Copy {
  position: string;
  ledger: string;
  number: string;
  /** As its text comes to, in hex, not as it says. */
  hash: string;
  said: string;
  signature: string | null;
}

/**
 * Compares the seals with copies of them that lie outside the database. Who changes the journal and makes all later seals
 * anew can't change these. A copy may come twice; it must say the same.
 * @returns how many copies there were
 */
export async function compareCopies(
  pool: pg.Pool,
  copies: AsyncIterable<SealCopy>,
  publicKey: PublicKey | undefined,
  found: (finding: Finding) => void,
): Promise<number> {
  let count = 0;
  let slice: Copy[] = [];
  for await (const copy of copies) {
    count += 1;
    const parsed = parse(copy);
    if (parsed) slice.push(parsed);
    else found({ check: 'seals', subject: copy.position, detail: 'is no seal' });
    if (slice.length < SLICE) continue;
    await compareSlice(pool, slice, publicKey, found);
    slice = [];
  }
  await compareSlice(pool, slice, publicKey, found);
  return count;
}

async function compareSlice(
  pool: pg.Pool,
  slice: Copy[],
  publicKey: PublicKey | undefined,
  found: (finding: Finding) => void,
): Promise<void> {
  const { rows } = await pool.query<{ hash: string | null }>(
    `select encode(s.hash, 'hex') as hash
     from unnest($1::text[], $2::bigint[]) with ordinality c (ledger, number, at)
     left join journal.seals s on s.ledger = c.ledger and s.number = c.number order by c.at`,
    [slice.map(({ ledger }) => ledger), slice.map(({ number }) => number)],
  );
  slice.forEach((copy, index) => {
    const detail = faultOf(copy, rows[index]!.hash, publicKey);
    if (!detail) return;
    const subject = `seal ${copy.number} of ledger ${copy.ledger}`;
    found({ check: 'seals', subject, detail: `${detail} (${copy.position})` });
  });
}

function faultOf(copy: Copy, hash: string | null, publicKey: PublicKey | undefined): string | undefined {
  const { said, signature } = copy;
  if (copy.hash !== said) return 'the copy’s hash is not that of what it says';
  if (
    publicKey &&
    !(signature && publicKey.verify(Buffer.from(said, 'hex'), Buffer.from(signature, 'base64')))
  )
    return `the copy is not signed with the key ${publicKey.id}`;
  if (hash === null) return 'was published and is not in the journal';
  if (hash !== said) return 'is another one than was published: the journal was sealed anew';
  return undefined;
}

function parse({ position, payload }: SealCopy): Copy | undefined {
  try {
    const { ledger, seal } = JSON.parse(payload);
    const hash = hashOf({
      ledger,
      number: seal.number,
      afterSequence: seal.after_sequence,
      throughSequence: seal.through_sequence,
      records: seal.records,
      root: bytes(seal.root),
      previous: bytes(seal.previous),
      sealedAt: seal.sealed_at,
    });
    if (!/^[1-9]\d{0,17}$/.test(seal.number) || typeof ledger !== 'string') return undefined;
    const { number, hash: said, signature } = seal;
    return { position, ledger, number, hash: hash.toString('hex'), said, signature };
  } catch {
    return undefined;
  }
}

function bytes(hex: string): Buffer {
  const buffer = Buffer.from(hex, 'hex');
  if (buffer.length !== HASH_BYTES) throw new Error('no hash');
  return buffer;
}
