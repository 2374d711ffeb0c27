import fc from 'fast-check';
import type { Json, Transaction } from './book.js';
import type { Model, Request } from './requests.js';

/**
 * Sequences of commands as plain data, so that they shrink and can be printed: what is only known once they run
 * (the third newest hold, an account's revision) stands as `{ $: … }` and is put in by `resolve`.
 */
export interface Step {
  /** Sends the nth newest request again, as it was, in another spelling, or with something changed under its key. */
  again?: { n: number; as: 'it was' | 'spelled otherwise' | 'something else' };
  /** A request; its path in parts. */
  request?: Json;
}

/** Few of everything, so that commands meet: accounts are shared, ids, references and keys are used twice. */
const opened = ['world', 'euro', 'a', 'b', 'c', 'd'];
const account = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('a', 'b', 'c', 'world') },
  { weight: 4, arbitrary: fc.constantFrom(...opened) },
  { weight: 1, arbitrary: fc.constantFrom('late', 'ghost') },
  { weight: 3, arbitrary: fc.constantFrom('shut', 'ice') },
);
const HUGE = 10n ** 38n - 1n;
const number = fc.oneof(
  { weight: 20, arbitrary: fc.bigInt(1n, 60n) },
  { weight: 6, arbitrary: fc.bigInt(1n, 1000n) },
  { weight: 1, arbitrary: fc.bigInt(2n ** 53n - 2n, 2n ** 53n + 2n) },
  { weight: 1, arbitrary: fc.bigInt(0n, 3n).map((n) => HUGE - n) },
  { weight: 1, arbitrary: fc.bigInt(HUGE / 2n, HUGE) },
);
const spelled = (value: fc.Arbitrary<bigint>) =>
  fc.tuple(value, fc.boolean()).map(([n, plain]) => (plain && n < 2n ** 53n ? Number(n) : String(n)));
/** Once in so many times; else absent. Shrinks to absent. */
const rarely = <T>(value: fc.Arbitrary<T>, times = 6): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
const amount = fc.oneof(
  { weight: 60, arbitrary: spelled(number) },
  { weight: 1, arbitrary: fc.constantFrom('0', 0) },
);
const limit = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: fc.bigInt(-60n, 60n).map(String) },
  { weight: 2, arbitrary: fc.bigInt(100n, 500n).map(String) },
);
/** Two accounts, seldom one twice. */
const pair = fc
  .tuple(account, account, fc.nat(11))
  .map(([from, to, n]) => [from, from === to && n > 0 ? (from === 'world' ? 'a' : 'world') : to] as const);
const metadata = fc.dictionary(
  fc.constantFrom('k', 'l'),
  fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant(null), fc.constant({ deep: 1 })),
  { maxKeys: 2 },
);
const nth = (what: string) => fc.nat(6).map((n) => ({ $: what, n }));
const reference = fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', null);
const chosen = nth('id');
const heldBefore = fc.oneof({ weight: 6, arbitrary: nth('hold') }, { weight: 1, arbitrary: chosen });
const time = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('2020-01-01T00:00:00Z', '2021-06-01T12:00:00.123456Z') },
  { weight: 1, arbitrary: fc.constantFrom({ $: 'minutes', n: 3 }, { $: 'minutes', n: 60 }) },
);
const description = fc.constantFrom('one', 'two');
const said = {
  reference: rarely(reference, 3),
  description: rarely(description),
  metadata: rarely(metadata),
  effective_at: rarely(time, 8),
};

const operators = fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq');
const judged = fc.dictionary(operators, fc.bigInt(-50n, 100n).map(String), { minKeys: 1, maxKeys: 2 });
const condition = fc.oneof(
  fc.record({ version: fc.nat(6) }),
  fc.record({ available: judged }),
  fc.record({ posted: judged }),
);
/** Pairs of entries that balance, in any order; now and then one that does not. */
const entries = fc
  .record({
    pairs: fc.array(fc.tuple(pair, amount), { minLength: 1, maxLength: 3 }),
    turned: fc.boolean(),
    lost: rarely(fc.constant(true), 25),
    odd: rarely(fc.record({ account, side: fc.constantFrom('debit', 'credit'), amount }), 20),
    named: rarely(fc.constantFrom('USD', 'EUR'), 12),
    if: rarely(condition, 5),
  })
  .map(({ pairs, turned, lost, odd, named, if: asked }) => {
    const debits: Json[] = pairs.map(([[from], amount]) => ({ account: from, side: 'debit', amount }));
    const credits: Json[] = pairs.map(([[, to], amount]) => ({ account: to, side: 'credit', amount }));
    const all = [...(turned ? [...credits, ...debits] : [...debits, ...credits]), ...(odd ? [odd] : [])];
    if (lost) all.pop();
    Object.assign(all[0]!, named && { currency: named }, asked && { if: asked });
    return all;
  });
const share = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('50%', '25%', '70%', '33.3333333333%', '0.5%', '100%') },
  { weight: 2, arbitrary: fc.constant('remaining') },
);
const splitting = fc.array(
  fc.oneof(fc.record({ account, share }), fc.record({ account, amount: spelled(fc.bigInt(1n, 30n)) })),
  { minLength: 1, maxLength: 4 },
);

const record = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> =>
  fc
    .record(fields)
    .map((body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)));
/** A command by its bulk name, with the fields of its own endpoint. */
const commands: Record<string, [weight: number, fields: fc.Arbitrary<Json>]> = {
  open_account: [
    1,
    record({
      id: fc.constantFrom('late', 'a', 'later'),
      type: fc.constantFrom('asset', 'liability', 'expense'),
      currency: fc.constantFrom('USD', 'EUR'),
      min_balance: rarely(limit, 2),
      max_balance: rarely(limit, 2),
      metadata: rarely(metadata),
    }),
  ],
  transaction: [6, record({ entries, id: rarely(chosen, 4), ...said })],
  transfer: [
    12,
    record({
      pair,
      to: rarely(splitting, 3),
      amount,
      up_to: rarely(amount, 3),
      id: rarely(chosen),
      ...said,
    }).map(({ pair: [from, to], amount, ...rest }) => ({
      from,
      to,
      ...(rest.up_to === undefined && { amount }),
      ...rest,
    })),
  ],
  hold: [
    9,
    fc.oneof(
      {
        weight: 5,
        arbitrary: record({
          pair,
          amount,
          expires_in: rarely(fc.constant(3600)),
          id: rarely(chosen, 3),
          ...said,
        }).map(({ pair: [from, to], ...rest }) => ({ from, to, ...rest })),
      },
      { weight: 2, arbitrary: record({ entries, id: rarely(chosen, 3), ...said }) },
    ),
  ],
  capture: [
    6,
    record({
      hold_id: heldBefore,
      amount: rarely(amount, 2),
      keep_open: rarely(fc.boolean(), 2),
      ...said,
    }),
  ],
  void: [3, record({ hold_id: heldBefore, ...said })],
  reverse: [
    5,
    record({
      transaction_id: fc.oneof(
        { weight: 4, arbitrary: fc.nat(2).map((n) => ({ $: 'reversible', n })) },
        { weight: 3, arbitrary: nth('transaction') },
        { weight: 1, arbitrary: chosen },
      ),
      amount: rarely(amount, 2),
      reason: rarely(description, 10),
      ...said,
    }),
  ],
};
const command: fc.Arbitrary<Json> = fc.oneof(
  ...Object.entries(commands).map(([command, [weight, fields]]) => ({
    weight,
    arbitrary: fields.map((body: Json) => ({ command, ...body })),
  })),
);
const key = rarely(fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5'), 12);
const paths: Record<string, (Json: Json) => Json[]> = {
  open_account: () => ['accounts'],
  transaction: () => ['transactions'],
  transfer: () => ['transfers'],
  hold: () => ['holds'],
  capture: ({ hold_id }) => ['holds', hold_id, 'capture'],
  void: ({ hold_id }) => ['holds', hold_id, 'void'],
  reverse: ({ transaction_id }) => ['transactions', transaction_id, 'reverse'],
};
/** One step. */
export function steps(): fc.Arbitrary<Step> {
  const alone = fc
    .record({ item: command, key, dryRun: rarely(fc.constant(true), 15) })
    .map(({ item: { command, ...fields }, key, dryRun }) => {
      const { hold_id, transaction_id, ...body } = fields;
      const path = paths[command]!({ hold_id, transaction_id });
      return { method: 'POST', path, body, key, ...(dryRun && command !== 'open_account' && { dryRun }) };
    });
  const change = fc
    .record({
      id: account,
      action: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom('freeze', 'close') },
        { weight: 3, arbitrary: fc.constant('unfreeze') },
      ),
      key,
    })
    .map(({ id, action, key }) => ({ method: 'POST', path: ['accounts', id, action], body: {}, key }));
  const patch = fc
    .record({
      id: account,
      body: record({
        min_balance: rarely(limit, 2),
        max_balance: rarely(limit, 2),
        metadata: rarely(metadata, 2),
      }),
      off: rarely(fc.nat(1), 2),
    })
    .map(({ id, body, off }) => ({
      method: 'PATCH',
      path: ['accounts', id],
      body,
      ...(off !== undefined && { ifMatch: { $: 'revision', account: id, n: off } }),
    }));
  const annotate = fc
    .record({ id: fc.oneof(nth('transaction'), chosen), metadata })
    .map(({ id, metadata }) => ({ method: 'PATCH', path: ['transactions', id], body: { metadata } }));
  const item = fc
    .tuple(command, rarely(fc.constantFrom('i1', 'i2', 'k1', 'k2'), 10))
    .map(([fields, idempotency_key]) => ({ ...fields, ...(idempotency_key && { idempotency_key }) }));
  const bulk = fc
    .record({
      mode: fc.constantFrom('atomic', 'independent'),
      commands: fc.array(item, { minLength: 1, maxLength: 5 }),
      key: rarely(fc.constantFrom('b1', 'b2', 'k1', 'k2'), 2),
    })
    .map(({ mode, commands, key }) => ({ method: 'POST', path: ['bulk'], body: { mode, commands }, key }));
  const again = fc.record({
    n: fc.nat(5),
    as: fc.constantFrom<NonNullable<Step['again']>['as'][]>('it was', 'spelled otherwise', 'something else'),
  });
  const request = (weight: number, arbitrary: fc.Arbitrary<Json>) => ({
    weight,
    arbitrary: arbitrary.map((request): Step => ({ request })),
  });
  return fc.oneof(
    request(40, alone),
    request(3, change),
    request(3, patch),
    request(2, annotate),
    request(5, bulk),
    { weight: 4, arbitrary: again.map((again): Step => ({ again })) },
  );
}

/** What a sequence begins with: two accounts that money comes from, four of any kind, one to be closed, one frozen. */
export const beginnings = fc
  .tuple(
    ...['a', 'b', 'c', 'd'].map((id) =>
      record({
        id: fc.constant(id),
        type: fc.constantFrom('liability', 'liability', 'asset', 'revenue', 'expense'),
        currency: fc.constantFrom(...Array<string>(11).fill('USD'), 'EUR'),
        min_balance: rarely(fc.constantFrom(null, '-50', '-1000', '20'), 2),
        max_balance: rarely(fc.constantFrom('100', '500', null), 3),
      }),
    ),
  )
  .map((rest): Json[] => [
    { id: 'world', type: 'asset', currency: 'USD', min_balance: null },
    { id: 'euro', type: 'equity', currency: 'EUR', min_balance: null },
    ...rest,
    ...['shut', 'ice'].map((id) => ({ id, type: 'liability', currency: 'USD', min_balance: null })),
  ]);

const uuid = (run: string, n: number) => `${run.slice(0, -1)}${n.toString(16)}`;
const newest = (transactions: Transaction[], n: number) =>
  transactions.at(-1 - (n % (transactions.length || 1)));

/** Puts in what is only known now; `run` is a UUID from which the sequence's own ids are made. */
export function resolve(request: Json, model: Model, run: string): Request {
  const known = [...model.transactions.values()];
  const put = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(put);
    if (typeof value !== 'object' || value === null) return value;
    if (!value.$) return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, put(field)]));
    const { $, n } = value;
    if ($ === 'minutes') return new Date(Date.now() + n * 60_000).toISOString();
    if ($ === 'revision') return `"${(model.accounts.get(value.account)?.revision ?? 1) - n}"`;
    if ($ === 'id') return uuid(run, n);
    const kinds: Record<string, string[]> = { hold: ['hold'], reversible: ['posting', 'capture'] };
    const those = known.filter(({ kind }) => kinds[$]?.includes(kind) ?? true);
    return newest(those, n)?.body.id ?? uuid(run, 15);
  };
  const { path, ...rest } = put(request);
  return { ...rest, path: path.join('/') };
}
