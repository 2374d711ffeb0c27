import { balance, noEntries, type Account, type AccountStatus } from './account.js';
import type { OpenAccount, SetStatus, UpdateAccount } from './command.js';
import type { Decision, Draw, World } from './decide.js';
import { mergePatch, metadataFault } from './metadata.js';
import type { ChangeKind } from './record.js';
import { refuse, refuseField } from './refusal.js';

export function openAccount(command: OpenAccount, world: World, draw: Draw): Decision {
  if (world.account(command.id)) {
    return { refusal: refuse('ALREADY_EXISTS', `account ${command.id} exists`, { account: command.id }) };
  }
  const account: Account = {
    no: draw.opening.accountNo,
    ledger: draw.ledger,
    id: command.id,
    type: command.type,
    currency: command.currency,
    minBalance: command.minBalance,
    maxBalance: command.maxBalance,
    status: 'open',
    metadata: command.metadata,
    revision: 1,
    openedAt: world.now,
    ...noEntries,
  };
  return change('opened', account, world, draw);
}

/** Raising `min_balance` above what is available is allowed: it binds what comes. */
export function updateAccount(command: UpdateAccount, world: World, draw: Draw): Decision {
  const account = world.account(command.id);
  if (!account) return notFound(command.id);
  if (command.ifRevisions && !command.ifRevisions.includes(account.revision)) {
    return {
      refusal: refuse(
        'REVISION_MISMATCH',
        `account ${account.id} is at revision ${account.revision}, which If-Match does not name`,
        { account: account.id, revision: account.revision },
      ),
    };
  }
  if (account.status === 'closed') return closed(account);
  const updated: Account = {
    ...account,
    metadata: command.metadata ? mergePatch(account.metadata, command.metadata) : account.metadata,
    minBalance: command.minBalance === undefined ? account.minBalance : command.minBalance,
    maxBalance: command.maxBalance === undefined ? account.maxBalance : command.maxBalance,
  };
  const fault = metadataFault(updated.metadata);
  if (fault) return { refusal: refuseField('metadata', fault) };
  if (limitsCross(updated)) {
    return { refusal: refuseField('min_balance', 'is greater than max_balance') };
  }
  const same =
    updated.minBalance === account.minBalance &&
    updated.maxBalance === account.maxBalance &&
    JSON.stringify(updated.metadata) === JSON.stringify(account.metadata);
  return same ? { unchanged: account } : change('updated', revised(updated), world, draw);
}

const kinds: Record<AccountStatus, ChangeKind> = { open: 'unfrozen', frozen: 'frozen', closed: 'closed' };

/** Freeze, unfreeze, close. Saying it again changes nothing. */
export function setStatus(command: SetStatus, world: World, draw: Draw): Decision {
  const account = world.account(command.id);
  if (!account) return notFound(command.id);
  if (account.status === command.status) return { unchanged: account };
  if (account.status === 'closed') return closed(account);
  if (command.status === 'closed') {
    const posted = balance(account.type, account);
    if (posted !== 0n || account.pendingDebits !== 0n || account.pendingCredits !== 0n) {
      return {
        refusal: refuse(
          'ACCOUNT_NOT_EMPTY',
          `account ${account.id} has a balance of ${posted} or open holds`,
          {
            account: account.id,
            balance: String(posted),
            pending: { debits: String(account.pendingDebits), credits: String(account.pendingCredits) },
          },
        ),
      };
    }
  }
  return change(kinds[command.status], revised({ ...account, status: command.status }), world, draw);
}

export function limitsCross(limits: Pick<Account, 'minBalance' | 'maxBalance'>): boolean {
  return limits.minBalance !== null && limits.maxBalance !== null && limits.minBalance > limits.maxBalance;
}

function change(kind: ChangeKind, account: Account, world: World, draw: Draw): Decision {
  const { sequence, id, principal, idempotencyKey, trace } = draw;
  return {
    change: { sequence, id, kind, recordedAt: world.now, account, principal, idempotencyKey, trace },
  };
}

function revised(account: Account): Account {
  return { ...account, revision: account.revision + 1 };
}

function notFound(id: string): Decision {
  return { refusal: refuse('ACCOUNT_NOT_FOUND', `there is no account ${id}`, { account: id }) };
}

function closed(account: Account): Decision {
  return {
    refusal: refuse('ACCOUNT_CLOSED', `account ${account.id} is closed`, { account: account.id }),
  };
}
