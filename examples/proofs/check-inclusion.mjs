// Checks a proof of `counterfoil prove` by itself: that this record is in the tree of a seal, and that the seal is one
// you trust. It takes Node and nothing else.
//
//   node check-inclusion.mjs proof.json --seal HASH            a hash you kept, or read from ledger.seals.v1
//   node check-inclusion.mjs proof.json --public-key KEY.pem   the ledger's public key
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [file, option, trusted] = process.argv.slice(2);
if (!trusted || !['--seal', '--public-key'].includes(option)) fail('usage: see the top of this file', 2);
const { record, path, ledger, seal } = JSON.parse(readFileSync(file, 'utf8'));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

// The tree of RFC 6962: a leaf is hashed with a zero byte before it, two halves with a one byte.
let hash = sha256(Buffer.of(0), record);
for (const { side, hash: hex } of path) {
  const other = Buffer.from(hex, 'hex');
  hash = side === 'left' ? sha256(Buffer.of(1), other, hash) : sha256(Buffer.of(1), hash, other);
}
if (hash.toString('hex') !== seal.root) fail('the record is not in the tree of this seal');

// The seal's hash is over these lines. Each must be one, or they could be cut otherwise.
const { number, after_sequence, through_sequence, records, root, previous, sealed_at } = seal;
const said = {
  ledger,
  number,
  after: after_sequence,
  through: through_sequence,
  records,
  root,
  previous,
  sealed_at,
};
if (Object.values(said).some((value) => !/^[\w.:@-]+$/.test(value))) fail('this is no seal');
const lines = ['counterfoil seal 1', ...Object.entries(said).map(([name, value]) => `${name} ${value}`)];
const sealed = sha256(lines.join('\n'));
if (option === '--seal' && sealed.toString('hex') !== trusted) fail('this is not the seal that you trust');
if (option === '--public-key' && !isSigned()) fail('the seal is not signed with this key');

const { record: kind, id, ledger: of, recorded_at: recorded, entries } = JSON.parse(record);
if (kind !== 'transaction' || of !== ledger) fail('the record is no transaction of this ledger');
console.log(
  `proven: transaction ${id} of ledger ${ledger}, recorded ${recorded}, sealed ${sealed_at} (${number})`,
);
for (const { account, side, posted, pending, currency } of entries)
  console.log(`  ${account} ${side} ${posted} posted, ${pending} pending (minor units of ${currency})`);

function isSigned() {
  const signature = Buffer.from(seal.signature ?? '', 'base64');
  return verify(null, sealed, createPublicKey(readFileSync(trusted)), signature);
}

function fail(message, status = 1) {
  console.error(message);
  process.exit(status);
}
