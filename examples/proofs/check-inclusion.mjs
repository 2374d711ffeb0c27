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

// The seal's hash is over these lines.
const said = sha256(
  [
    'counterfoil seal 1',
    `ledger ${ledger}`,
    `number ${seal.number}`,
    `after ${seal.after_sequence}`,
    `through ${seal.through_sequence}`,
    `records ${seal.records}`,
    `root ${seal.root}`,
    `previous ${seal.previous}`,
    `sealed_at ${seal.sealed_at}`,
  ].join('\n'),
);
if (option === '--seal' && said.toString('hex') !== trusted) fail('this is not the seal that you trust');
if (option === '--public-key' && !isSigned()) fail('the seal is not signed with this key');

const { id, recorded_at: recorded, entries } = JSON.parse(record);
console.log(
  `proven: transaction ${id}, recorded ${recorded}, sealed ${seal.sealed_at} by seal ${seal.number}`,
);
for (const { account, side, posted, pending } of entries)
  console.log(`  ${account} ${side} ${posted} posted, ${pending} pending (minor units)`);

function isSigned() {
  const signature = Buffer.from(seal.signature ?? '', 'base64');
  return verify(null, said, createPublicKey(readFileSync(trusted)), signature);
}

function fail(message, status = 1) {
  console.error(message);
  process.exit(status);
}
