import type { Json } from '../../support/client.js';
import { bodyOf, outcomeOf, type Operation } from '../history.js';

/** What clients have been told of, so that they can build on it. The newest are remembered. */
export interface Known {
  holds: string[];
  walletHolds: string[];
  reversible: string[];
  transactions: string[];
  /** Opened by the clients, to be closed. */
  accounts: string[];
  learn(operation: Operation): void;
}

const KEPT = 40;

export function createKnown(): Known {
  const remember = (list: string[], id: string) => {
    list.push(id);
    if (list.length > KEPT) list.shift();
  };
  const known: Known = {
    holds: [],
    walletHolds: [],
    reversible: [],
    transactions: [],
    accounts: [],
    learn(operation) {
      if (outcomeOf(operation) !== 'acknowledged' || operation.dryRun) return;
      const body = bodyOf(operation);
      if (operation.path.startsWith('/v1/wallet')) {
        if (body.hold_id) remember(known.walletHolds, body.hold_id);
      } else for (const each of body.results?.map((result: Json) => result.body) ?? [body]) made(each);
    },
  };
  const made = (body: Json) => {
    if (body.opened_at && body.id.startsWith('brief')) remember(known.accounts, body.id);
    if (!body.entries) return;
    remember(known.transactions, body.id);
    if (body.kind === 'hold') remember(known.holds, body.id);
    if (body.kind === 'posting' || body.kind === 'capture') remember(known.reversible, body.id);
  };
  return known;
}
