import { object, oneOf, uuid, type Schema } from '../../platform/answers.js';

const entry = '01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21.1';
const hold = '01994c3e-9a11-7c02-8d55-0b7d2a6f4e10';
const entryId: Schema = {
  type: 'string',
  pattern: String.raw`^[0-9a-f-]{36}\.[1-9]\d*$`,
  description: '`{transaction_id}.{leg}` of the wallet’s own entry.',
};

/** What `walletView` answers with. */
export const walletSchemas: Record<string, Schema> = {
  WalletMoved: object(
    { status: oneOf(['committed']), entry_id: entryId },
    { example: { status: 'committed', entry_id: entry } },
  ),
  WalletHeld: object(
    { status: oneOf(['held']), hold_id: uuid },
    { example: { status: 'held', hold_id: hold } },
  ),
  WalletCommitted: object(
    { status: oneOf(['committed']), entry_id: entryId, hold_id: uuid },
    { example: { status: 'committed', entry_id: entry, hold_id: hold } },
  ),
  WalletRolledBack: object(
    { status: oneOf(['rolled_back']), hold_id: uuid },
    { example: { status: 'rolled_back', hold_id: hold } },
  ),
};
