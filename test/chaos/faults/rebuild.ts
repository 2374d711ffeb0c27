import { counterfoil } from '../../support/cli.js';
import type { Fault } from './fault.js';

/** No fault: an operator rebuilds a projection while all of that goes on. If it is cut off, the next one goes on. */
export const rebuild: Fault = ({ databaseUrl }) => ({
  what: 'rebuild of the balances',
  run: async () =>
    void (await counterfoil(['projections', 'rebuild', 'balances'], { DATABASE_URL: databaseUrl })),
});
