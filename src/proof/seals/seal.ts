import { createHash } from 'node:crypto';
import { HASH_BYTES } from './merkle.js';

/** What a seal says: that these records, in this order and no others, were there when it was made. */
export interface Seal {
  ledger: string;
  /** From 1 on, contiguous within the ledger. */
  number: string;
  /** Of its event. */
  sequence: string;
  id: string;
  /** It closes after < sequence ≤ through; `afterSequence` is `throughSequence` of the seal before, 0 at first. */
  afterSequence: string;
  throughSequence: string;
  /** How many records. */
  records: number;
  root: Buffer;
  /** The hash of the seal before; zeros at first. */
  previous: Buffer;
  hash: Buffer;
  /** Canonical, by the database's clock. */
  sealedAt: string;
  /** Ed25519 over the hash; null where no key is given. */
  signature: Buffer | null;
  keyId: string | null;
}

export type Unhashed = Omit<Seal, 'hash' | 'signature' | 'keyId' | 'sequence' | 'id'>;

/** `previous` of a ledger's first seal. */
export const FIRST = Buffer.alloc(HASH_BYTES);

/** The text that a seal's hash is the SHA-256 of: lines of a name and a value, in UTF-8, without a newline at the end. */
export function textOf(seal: Unhashed): string {
  return [
    'counterfoil seal 1',
    `ledger ${seal.ledger}`,
    `number ${seal.number}`,
    `after ${seal.afterSequence}`,
    `through ${seal.throughSequence}`,
    `records ${seal.records}`,
    `root ${seal.root.toString('hex')}`,
    `previous ${seal.previous.toString('hex')}`,
    `sealed_at ${seal.sealedAt}`,
  ].join('\n');
}

export function hashOf(seal: Unhashed): Buffer {
  return createHash('sha256').update(textOf(seal)).digest();
}

/** As events and proofs show it: hashes in hex, the signature in base64. */
export function shown(seal: Seal): Record<string, string | number | null> {
  return {
    number: seal.number,
    after_sequence: seal.afterSequence,
    through_sequence: seal.throughSequence,
    records: seal.records,
    root: seal.root.toString('hex'),
    previous: seal.previous.toString('hex'),
    hash: seal.hash.toString('hex'),
    sealed_at: seal.sealedAt,
    signature: seal.signature?.toString('base64') ?? null,
    key_id: seal.keyId,
  };
}
