import { currency, listOf, object, oneOf, sum, time, type Schema } from '../../platform/answers.js';
import { accountTypes } from '../rules/account.js';

const example = {
  data: [
    { currency: 'USD', type: 'asset', debits: '100000', credits: '2500', balance: '97500' },
    { currency: 'USD', type: 'liability', debits: '2500', credits: '100000', balance: '97500' },
  ],
  totals: [{ currency: 'USD', debits: '102500', credits: '102500' }],
  as_of: '2026-11-21T10:00:00.000000Z',
};

const balance: Schema = { ...sum, description: 'Signed to the type’s normal side.' };

export const trialBalanceSchemas: Record<string, Schema> = {
  TrialBalance: object(
    {
      data: listOf(object({ currency, type: oneOf(accountTypes), debits: sum, credits: sum, balance })),
      totals: listOf(object({ currency, debits: sum, credits: sum })),
      as_of: { ...time, description: 'Everything recorded before is in it.' },
    },
    { example },
  ),
};
