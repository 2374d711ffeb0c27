import { readdirSync } from 'node:fs';
import fc from 'fast-check';

// All specs of the rules as one file: for each mutant Jest then loads the rules once, not once a spec. Those with
// properties come last, since they take longest.

// A failure is enough; the least one is not asked for.
fc.configureGlobal({ endOnFailure: true });

const folder = new URL('../../../src/ledger/rules/', import.meta.url);
const slow = ['values.spec.ts', 'reversal.spec.ts', 'split.spec.ts', 'hold-chain.spec.ts'];
const quick = readdirSync(folder).filter((name) => name.endsWith('.spec.ts') && !slow.includes(name));
for (const name of [...quick, ...slow]) {
  await import(`../../../src/ledger/rules/${name.replace(/ts$/, 'js')}`);
}
