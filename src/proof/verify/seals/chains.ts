import type { Finding } from '../../finding.js';
import type { PublicKey } from '../../seals/key.js';
import { readChain } from '../../seals/read-seals.js';
import { FIRST, hashOf, type Seal } from '../../seals/seal.js';
import type { Context } from '../check.js';

const SLICE = 1_000;
/** Before any number there can be. */
const LEAST = '-9223372036854775808';

/**
 * Every ledger's seals by themselves: each continues the one before, and hashes to what it says. A signature stands for all
 * seals before it, since the hash that is signed names them.
 * @returns how many there are up to the horizon
 */
export async function checkChains({ pool, signal, find, publicKey, horizon }: Context): Promise<number> {
  const ledgers = await pool.query<{ ledger: string }>(
    'select distinct ledger from journal.seals order by 1',
  );
  let seals = 0;
  for (const { ledger } of ledgers.rows) {
    let last: Seal | undefined;
    let unsigned: Seal | undefined;
    for (let size = SLICE; size === SLICE;) {
      signal.throwIfAborted();
      const slice = await readChain(pool, ledger, last?.number ?? LEAST, SLICE);
      for (const seal of slice) {
        faultsOf(seal, last, publicKey).forEach((detail) => find(findingOf(seal, detail)));
        unsigned = publicKey && !isSigned(seal, publicKey) ? (unsigned ?? seal) : undefined;
        if (BigInt(seal.throughSequence) <= horizon) seals += 1;
        last = seal;
      }
      size = slice.length;
    }
    if (unsigned)
      find(findingOf(unsigned, `is not signed with the key ${publicKey!.id}, and none after it is`));
  }
  return seals;
}

/** What is wrong with a seal itself, in words. */
function faultsOf(seal: Seal, before: Seal | undefined, publicKey: PublicKey | undefined): string[] {
  const faults = [];
  const number = String(BigInt(before?.number ?? 0) + 1n);
  if (seal.number !== number) faults.push(`follows seal ${before?.number ?? 0}: those between are missing`);
  if (seal.afterSequence !== (before?.throughSequence ?? '0'))
    faults.push('does not begin where the seal before ends');
  if (!seal.previous.equals(before?.hash ?? FIRST)) faults.push('does not name the hash of the seal before');
  if (!seal.hash.equals(hashOf(seal))) faults.push('its hash is not that of what it says');
  if (BigInt(seal.sequence) <= BigInt(seal.throughSequence))
    faults.push('its event was drawn before its end');
  if (publicKey && seal.keyId === publicKey.id && !isSigned(seal, publicKey))
    faults.push('its signature is not that of its key');
  return faults;
}

function isSigned({ hash, signature }: Seal, key: PublicKey): boolean {
  return signature !== null && key.verify(hash, signature);
}

export function findingOf({ ledger, number }: Pick<Seal, 'ledger' | 'number'>, detail: string): Finding {
  return { check: 'seals', subject: `seal ${number} of ledger ${ledger}`, detail };
}
