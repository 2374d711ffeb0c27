import { randomUUID } from 'node:crypto';
import type { Json } from '../../support/client.js';
import type { Dice } from '../dice.js';
import type { Command, Leg } from '../history.js';
import { bank, icy, shared, wallets, WORLD } from './accounts.js';
import type { Known } from './known.js';

type Maker = (dice: Dice, known: Known) => Command | undefined;

const post = (kind: string, path: string, body: Json, more: Partial<Command> = {}): Command => ({
  kind,
  method: 'POST',
  path,
  body,
  ...more,
});

const two = (dice: Dice, from: readonly string[]) => dice.shuffled(from).slice(0, 2) as [string, string];
const legsOf = (from: string, to: string, amount: string): Leg[] => [
  { account: from, side: 'debit', amount },
  { account: to, side: 'credit', amount },
];

/** Now and then more than there is. */
const amountOf = (dice: Dice) => String(dice.oneIn(12) ? dice.between(5_000, 9_000) : dice.between(1, 60));

const transferAmong =
  (kind: string, accounts: readonly string[]): Maker =>
  (dice) => {
    const [from, to] = two(dice, accounts);
    const amount = amountOf(dice);
    // Few names, so that they are used twice.
    const reference = dice.oneIn(10) ? { reference: `order-${dice.below(200)}` } : {};
    const id = dice.oneIn(6) ? { id: randomUUID() } : {};
    return post(
      kind,
      'transfers',
      { from, to, amount, ...reference, ...id },
      { legs: legsOf(from, to, amount) },
    );
  };

const severalLegs =
  (kind: string, accounts: readonly string[]): Maker =>
  (dice) => {
    const [from, ...to] = dice.shuffled(accounts).slice(0, dice.between(3, 4));
    const amounts = to.map(() => dice.between(1, 20));
    const total = String(amounts.reduce((sum, amount) => sum + amount, 0));
    const legs: Leg[] = [
      { account: from!, side: 'debit', amount: total },
      ...to.map((account, n): Leg => ({ account, side: 'credit', amount: String(amounts[n]) })),
    ];
    return post(kind, 'transactions', { entries: legs }, { legs });
  };

const upTo: Maker = (dice) => {
  const [from, to] = two(dice, shared);
  return post('transfer up to', 'transfers', { from, to, up_to: String(dice.between(20, 90)) });
};

const hold: Maker = (dice) => {
  const [from, to] = two(dice, shared);
  const expiry = dice.oneIn(2) ? { expires_in: dice.between(1, 6) } : {};
  return post('hold', 'holds', { from, to, amount: amountOf(dice), ...expiry });
};

const capture: Maker = (dice, { holds }) => {
  if (holds.length === 0) return undefined;
  const more = dice.oneIn(2) ? { amount: String(dice.between(1, 30)), keep_open: dice.oneIn(2) } : {};
  return post('capture', `holds/${dice.pick(holds)}/capture`, more);
};

const release: Maker = (dice, { holds }) =>
  holds.length === 0 ? undefined : post('void', `holds/${dice.pick(holds)}/void`, {});

const reverse: Maker = (dice, { reversible }) => {
  if (reversible.length === 0) return undefined;
  return post('reversal', `transactions/${dice.pick(reversible)}/reverse`, { reason: 'chaos' });
};

const item: Maker = (dice, known) =>
  dice.weighted<Maker>([
    [6, transferAmong('transfer', shared)],
    [2, severalLegs('transaction', shared)],
    [2, hold],
    [1, open],
  ])(dice, known);

const commandNames: Record<string, string> = {
  transfers: 'transfer',
  transactions: 'transaction',
  holds: 'hold',
  accounts: 'open_account',
};

const bulk: Maker = (dice, known) => {
  const mode = dice.pick(['atomic', 'independent']);
  const items = Array.from({ length: dice.between(2, 6) }, () => item(dice, known)!);
  const commands = items.map(({ path, body }) => ({ command: commandNames[path], ...body }));
  return post(`${mode} bulk`, 'bulk', { mode, commands });
};

const walletMove: Maker = (dice) => {
  const kind = dice.pick(['debit', 'credit', 'hold']);
  const amount = { minor_units: dice.between(1, 40), currency: 'USD' };
  const body = { account_id: dice.pick(wallets), amount, reason: 'chaos', reference_id: randomUUID() };
  return post(`wallet ${kind}`, `/v1/wallet/${kind}`, body);
};

const walletEnd: Maker = (dice, { walletHolds }) => {
  if (walletHolds.length === 0) return undefined;
  const kind = dice.pick(['commit', 'rollback']);
  return post(`wallet ${kind}`, `/v1/wallet/${kind}`, { hold_id: dice.pick(walletHolds) });
};

const open: Maker = (dice) =>
  post('opening', 'accounts', {
    id: `brief-${randomUUID()}`,
    type: dice.pick(['liability', 'revenue']),
    currency: 'USD',
  });

const use: Maker = (dice, { accounts }) => {
  if (accounts.length === 0) return undefined;
  const id = dice.pick(accounts);
  const [from, to] = dice.oneIn(2) ? [WORLD, id] : [id, WORLD];
  return post('transfer', 'transfers', { from, to, amount: '5' }, { legs: legsOf(from, to, '5') });
};

const close: Maker = (dice, { accounts }) =>
  accounts.length === 0 ? undefined : post('closing', `accounts/${dice.pick(accounts)}/close`, {});

const freeze: Maker = (dice) => {
  const what = dice.weighted([
    [1, 'freeze'],
    [2, 'unfreeze'],
  ] as const);
  return post(what, `accounts/${dice.pick(icy)}/${what}`, {});
};

const annotate: Maker = (dice, { transactions }) => {
  if (transactions.length === 0) return undefined;
  const mark = `m${randomUUID()}`;
  const path = `transactions/${dice.pick(transactions)}`;
  return { kind: 'annotation', method: 'PATCH', path, body: { metadata: { [mark]: 1 } }, mark };
};

const describe: Maker = (dice) => {
  const mark = `m${randomUUID()}`;
  const path = `accounts/${dice.pick(icy)}`;
  // The one before goes, or the metadata would outgrow its limit.
  return { kind: 'account update', method: 'PATCH', path, body: { metadata: { mark } }, mark };
};

const dryRun: Maker = (dice, known) => {
  const command = dice.oneIn(3) ? hold(dice, known)! : transferAmong('transfer', shared)(dice, known)!;
  const description = `dry ${randomUUID()}`;
  const body = { ...command.body, description };
  return { ...command, kind: 'dry run', body, dryRun: true, mark: description };
};

const makers: [number, Maker][] = [
  [14, transferAmong('bank transfer', bank)],
  [6, severalLegs('bank transaction', bank)],
  [14, transferAmong('transfer', shared)],
  [4, severalLegs('transaction', shared)],
  [3, upTo],
  [9, hold],
  [9, capture],
  [3, release],
  [4, reverse],
  [7, bulk],
  [6, walletMove],
  [3, walletEnd],
  [3, open],
  [4, use],
  [2, close],
  [5, transferAmong('transfer', [...icy, WORLD])],
  [4, freeze],
  [3, annotate],
  [2, describe],
  [3, dryRun],
];

/** What a client does next. */
export function nextCommand(dice: Dice, known: Known): Command {
  return dice.weighted(makers)(dice, known) ?? transferAmong('transfer', shared)(dice, known)!;
}
