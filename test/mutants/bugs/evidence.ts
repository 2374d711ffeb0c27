import type { Mutant } from '../mutant.js';

const seals = 'test/e2e/seals.spec.ts';
const forger = 'whoever changes the books behind a seal, as their owner and past the triggers, is found out';
const sealing = 'src/proof/seals/sealing.ts';
const records = 'src/proof/verify/seals/records.ts';

/** What would let somebody change the books unseen. */
export const evidence: Mutant[] = [
  {
    name: 'sealed-too-early',
    bug: 'a range is sealed while somebody may still record something in it',
    promise: 'what was recorded as it should be is never reported as forged',
    edits: [
      {
        file: sealing,
        find: 'const settled = await settledSequence(pool, SETTLES_WITHIN_MS);',
        replace: `const settled = (await pool.query('select last_value from journal.sequence')).rows[0].last_value;`,
      },
    ],
    caughtBy: { spec: seals, test: 'waits for whoever drew a sequence and has not committed' },
  },
  {
    name: 'amount-not-sealed',
    bug: 'the text that is sealed lacks a column',
    promise: 'nobody changes an amount unseen',
    edits: [
      {
        file: 'migrations/0008-seals.ts',
        find: 'e.posted::text as posted, e.pending::text as pending,',
        replace: 'e.pending::text as pending,',
      },
    ],
    caughtBy: { spec: seals, test: forger },
  },
  {
    name: 'strays-not-looked-for',
    bug: 'entries that no transaction names are not looked for',
    promise: 'nobody inserts an entry unseen',
    edits: [{ file: records, find: 'and named is not true', replace: 'and named is false' }],
    caughtBy: { spec: seals, test: forger },
  },
  {
    name: 'proof-by-the-database-itself',
    bug: 'a proof uses a function that whoever owns the database may have replaced',
    promise: 'nobody changes a transaction unseen',
    edits: [
      {
        file: records,
        find: "    sha256('\\\\x00'::bytea || convert_to(record, 'UTF8')) as leaf",
        replace: '    leaf',
      },
      {
        file: records,
        find: "(${recordsBetween('$1::bigint', '$2::bigint')}) r",
        replace: 'journal.leaves($1, $2) r',
      },
    ],
    caughtBy: { spec: seals, test: forger },
  },
  {
    name: 'chain-not-hashed',
    bug: 'a seal’s hash leaves out the seal before',
    promise: 'who trusts one seal can trust all before it',
    edits: [
      {
        file: 'src/proof/seals/seal.ts',
        find: "    `previous ${seal.previous.toString('hex')}`,\n",
        replace: '',
      },
    ],
    caughtBy: {
      spec: seals,
      test: 'prints what a third party can check with the public key, or with a hash that it kept',
    },
  },
  {
    name: 'seal-not-published',
    bug: 'a seal has no event',
    promise: 'a copy of each seal lies outside the database',
    edits: [
      { file: sealing, find: '  if (events.length > 0) await insertEvents(client, events);\n', replace: '' },
    ],
    caughtBy: {
      spec: seals,
      test: 'come as events that their schema describes, and can be made again byte for byte',
    },
  },
  {
    name: 'unsigned-is-signed',
    bug: 'a seal without a signature passes for a signed one',
    promise: 'who lacks the key can’t make the seals anew',
    edits: [
      {
        file: 'src/proof/verify/seals/chains.ts',
        find: 'return signature !== null && key.verify(hash, signature);',
        replace: 'return signature === null || key.verify(hash, signature);',
      },
    ],
    caughtBy: { spec: seals, test: 'lack the signature' },
  },
];
