import { aheadFault, claimFault, limitsFault, statusFault } from './checks.js';
import type { Annotate, Reverse } from './command.js';
import type { Decision, Draw, World } from './decide.js';
import { mergePatch, metadataFault } from './metadata.js';
import { movesOf, play, recordingTime, recordOf } from './moves.js';
import type { Chain } from './record.js';
import { refuse, refuseField, type Refusal } from './refusal.js';

/** Mirror entries of a posting or capture, of all that is left of it or a part; funds are judged as for a posting. */
export function reverse(command: Reverse, world: World, draw: Draw): Decision {
  const chain = world.chain(command.transactionId);
  if (!chain) return { refusal: aheadFault(command, world) ?? transactionNotFound(command.transactionId) };
  const { transaction: original } = chain;
  const early = claimFault(command, world, original.effectiveAt);
  if (early) return { refusal: early };
  const accounts = original.entries.map((entry) => world.account(entry.account)!);
  const whole = original.entries.length > 2;
  const before = statusFault('reversal', accounts) ?? kindFault(chain) ?? applicableFault(command, whole);
  if (before) return { refusal: before };
  // Of many entries it is all or nothing: what is counted is the first entry's amount.
  const total = original.entries[0]!.posted;
  const left = total - chain.reversed;
  const amount = command.amount ?? left;
  if (amount === 0n || amount > left) return { refusal: exceeds(original.id, left, amount) };
  const moves = movesOf(original, world, ({ side, posted }) => ({
    side: side === 'debit' ? 'credit' : 'debit',
    posted: whole ? posted : amount,
    pending: 0n,
  }));
  const played = play(moves, command, world, draw, original.effectiveAt);
  const refusal = limitsFault('reversal', played);
  if (refusal) return { refusal };
  return recordOf('reversal', command, played, draw, {
    rootId: original.rootId ?? original.id,
    parentId: original.id,
    step: chain.steps + 1,
    reversed: chain.reversed + amount,
  });
}

/** A change of metadata is appended as a new revision; one that changes nothing is none. */
export function annotate(command: Annotate, world: World, draw: Draw): Decision {
  const chain = world.chain(command.transactionId);
  if (!chain) return { refusal: transactionNotFound(command.transactionId) };
  const { transaction, revision } = chain;
  if (command.ifRevisions && !command.ifRevisions.includes(revision)) {
    return {
      refusal: refuse(
        'REVISION_MISMATCH',
        `the metadata of transaction ${transaction.id} is at revision ${revision}, which If-Match does not name`,
        { transaction_id: transaction.id, revision },
      ),
    };
  }
  const metadata = mergePatch(chain.metadata, command.metadata);
  const fault = metadataFault(metadata);
  if (fault) return { refusal: refuseField('metadata', fault) };
  if (JSON.stringify(metadata) === JSON.stringify(chain.metadata)) return { kept: chain };
  const accounts = transaction.entries.map((entry) => world.account(entry.account)!);
  const { sequence, id, ledger, principal, idempotencyKey, trace } = draw;
  return {
    chain: { ...chain, metadata, revision: revision + 1 },
    annotation: {
      ...{ sequence, id, ledger, principal, idempotencyKey, trace, metadata },
      transactionId: transaction.id,
      rootId: transaction.rootId ?? transaction.id,
      kind: transaction.kind,
      revision: revision + 1,
      recordedAt: recordingTime(accounts, world.now),
    },
  };
}

function transactionNotFound(id: string): Refusal {
  return refuse('TRANSACTION_NOT_FOUND', `there is no transaction ${id}`, { transaction_id: id });
}

function kindFault({ transaction: { id, kind } }: Chain): Refusal | undefined {
  if (kind === 'posting' || kind === 'capture') return undefined;
  return refuse('NOT_REVERSIBLE', `transaction ${id} is a ${kind}: postings and captures can be reversed`, {
    transaction_id: id,
    kind,
  });
}

function applicableFault({ amount, transactionId: id }: Reverse, whole: boolean): Refusal | undefined {
  if (amount === undefined || !whole) return undefined;
  return refuse(
    'AMOUNT_NOT_APPLICABLE',
    `transaction ${id} has more than two entries: all of it is reversed`,
    {
      transaction_id: id,
    },
  );
}

function exceeds(id: string, left: bigint, amount: bigint): Refusal {
  const detail =
    left === 0n
      ? `nothing is left of transaction ${id}`
      : `${left} is left of transaction ${id}, ${amount} asked for`;
  return refuse('REVERSAL_EXCEEDS_ORIGINAL', detail, {
    transaction_id: id,
    remaining: String(left),
    required: String(amount),
  });
}
