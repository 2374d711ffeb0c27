import type { Check } from '../check.js';
import { checkChains } from './chains.js';
import { compareWithCopies } from './copies.js';
import { checkOutside, checkTables } from './outside.js';
import { recordWalks, strayWalks } from './records.js';

/**
 * The journal against its seals: every row that was changed, removed or inserted behind a seal is named, whoever did it and
 * however. And the seals against themselves, their signatures where the public key is given, and their copies on
 * `ledger.seals.v1` where Kafka is: somebody who makes all later seals anew can make neither of these.
 */
export const sealsCheck: Check = {
  name: 'seals',
  async run(context) {
    await checkTables(context);
    const seals = await checkChains(context);
    const { walked_seals = 0, ...looked } = await context.walk([
      ...(await recordWalks(context)),
      ...(await strayWalks(context)),
    ]);
    if (walked_seals !== seals)
      context.find({
        ...{ check: 'seals', subject: 'the seals' },
        detail: `are ${seals} in their chains and ${walked_seals} in all`,
      });
    await checkOutside(context);
    return { sealed_records: 0, seals, ...looked, ...(await compareWithCopies(context)) };
  },
};
