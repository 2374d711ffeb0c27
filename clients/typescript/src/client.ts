import { accounts } from './accounts.js';
import { bulk } from './bulk.js';
import { createCaller, ledgerBase, type ReadOptions } from './caller.js';
import { events } from './events.js';
import { holds } from './holds.js';
import { ledgers } from './ledgers.js';
import { transactions, transfers } from './transactions.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';
import type { Query, TrialBalance } from './types.js';
import { wallet } from './wallet.js';

export interface ClientOptions extends TransportOptions {
  /** The ledger meant by every call but those of `ledgers`; `main`. */
  ledger?: string;
}

/** The resources of one ledger. */
export interface Client extends ReturnType<typeof resources> {
  /** The same for another ledger of the service. */
  withLedger(ledger: string): Client;
}

export function createClient({ ledger = 'main', ...options }: ClientOptions): Client {
  const transport = createTransport(options);
  const clientOf = (ledger: string): Client => ({ ...resources(transport, ledger), withLedger: clientOf });
  return clientOf(ledger);
}

function resources(transport: Transport, ledger: string) {
  const call = createCaller(transport, ledgerBase(ledger));
  return {
    /** For what the methods here don't have: any request, with the same retries. */
    transport,
    ledgers: ledgers(transport),
    accounts: accounts(call),
    transactions: transactions(call),
    transfers: transfers(call),
    holds: holds(call),
    bulk: bulk(call),
    /** Posted debits and credits by currency and type of account, from the read model. */
    trialBalance: (query?: Query<'TrialBalance.read'>, options?: ReadOptions) =>
      call.get<TrialBalance>('trial-balance', query, options),
    events: events(call),
    wallet: wallet(createCaller(transport, '/v1/wallet/')),
  };
}
