import type { Check } from '../check.js';
import { accountWalk } from './accounts.js';
import { entryWalks } from './entries.js';
import { examine } from './examine.js';
import { otherWalks } from './others.js';
import { transactionWalks } from './transactions.js';

/**
 * All of the journal. Exactly: versions, running totals and times along each account, chains of holds and reversals and
 * their amounts, accounts and their changes, changes of metadata, references, stored results, the list of open holds.
 *
 * Transactions against entries, and their balance, by sums: of all legs whose sequences are in one range, a hash seeded anew
 * for each run must come to the same from both sides, and debits less credits, each transaction and currency weighted at
 * random, to 0. A range of which that is not so is looked through leg by leg. So an accident goes unseen once in about 2^64
 * ranges. Who can write to the database as its owner and knows the seed could make up for a change; whoever rewrites
 * history from some point on, consistently, leaves nothing to see here at all: against that there are seals.
 *
 * Not looked at: whether limits of accounts were kept at the time (limits change), and indexes (`pg_amcheck`).
 */
export const journalCheck: Check = {
  name: 'journal',
  async run(context) {
    // The longest first, so that none is left over at the end.
    const walks = [
      ...(await entryWalks(context)),
      ...transactionWalks(context),
      await accountWalk(context),
      ...(await otherWalks(context)),
    ];
    const looked = await context.walk(walks);
    await examine(context);
    return looked;
  },
};
