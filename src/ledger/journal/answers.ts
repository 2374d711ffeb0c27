import { accountView } from '../accounts/account.view.js';
import type { Decision } from '../rules/decide.js';
import type { Chain, Transaction } from '../rules/record.js';
import { transactionJson } from '../transactions/transaction.view.js';
import { walletView } from '../wallet/wallet.view.js';
import { newChain } from './chains.js';

type Effect = Exclude<Decision, { refusal: unknown }>;

/** The status and body of a command that was not refused; `revision`, where it is not in the body, for the ETag. */
export function answerOf(decision: Effect): { status: number; body: string; revision?: number } {
  if ('transaction' in decision) return answerOfRecord(decision.transaction);
  if ('unchanged' in decision) return json(200, accountView(decision.unchanged));
  if ('change' in decision) {
    const { kind, account } = decision.change;
    return json(kind === 'opened' ? 201 : 200, accountView(account));
  }
  if ('annotation' in decision) return annotated(decision.chain);
  if ('kept' in decision) return annotated(decision.kept);
  return { status: 204, body: '' };
}

/**
 * What the command that recorded a transaction is answered, then and whenever it comes again: stored results refer to the
 * transaction. Whoever changes these bytes has to keep the old ones for what was recorded before.
 */
export function answerOfRecord(transaction: Transaction): { status: number; body: string } {
  if (transaction.wallet) return json(200, walletView(transaction));
  return { status: 201, body: transactionJson(newChain(transaction)) };
}

function annotated(chain: Chain) {
  return { status: 200, body: transactionJson(chain), revision: chain.revision };
}

function json(status: number, value: unknown) {
  return { status, body: JSON.stringify(value) };
}
