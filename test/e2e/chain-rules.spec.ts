import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

// As in journal-rules.spec.ts nothing of the service runs here: what is refused is refused by the database itself.

let database: TestDatabase;
let client: pg.Client;

const T0 = '2026-01-01T00:00:00Z';
const CHECK = '23514';
const RESTRICT = '23001';
const PRIVILEGE = '42501';
const UNIQUE = '23505';
const [cash, alice, third, other] = ['1', '2', '3', '4'];

/** Amount, captured, released, remaining. */
type Hold = [number, number, number, number];
/** Account, side, posted, pending. */
type Leg = [string, 'debit' | 'credit', number, number];

interface Step {
  kind: string;
  legs: Leg[];
  hold?: Hold;
  parent?: string;
  root?: string;
  step?: number;
  reversed?: number;
  ledger?: string;
  expires?: string;
}

let sequence = 100;

/** One transaction with its entries, in one statement; versions and totals continue whatever its accounts have. */
async function append(step: Step): Promise<string> {
  const { kind, legs, hold, parent = null, reversed = null, ledger = 'main', expires = null } = step;
  const { rows: heads } = await client.query(
    `select distinct on (account_no) account_no, version, posted_debits, posted_credits, pending_debits, pending_credits
     from journal.entries order by account_no, version desc`,
  );
  const states = new Map(heads.map((head) => [head.account_no as string, head as Record<string, string>]));
  const number = sequence++;
  const rows = legs.map(([account_no, side, posted, pending], index) => {
    const before = states.get(account_no) ?? {};
    const total = (name: string, own: string, more: number) =>
      String(Number(before[name] ?? 0) + (own === side ? more : 0));
    const row = {
      ...{ account_no, version: String(Number(before.version ?? 0) + 1), transaction_sequence: number },
      ...{ leg: index + 1, side, posted, pending, effective_at: T0, max_effective_at: T0, recorded_at: T0 },
      posted_debits: total('posted_debits', 'debit', posted),
      posted_credits: total('posted_credits', 'credit', posted),
      pending_debits: total('pending_debits', 'debit', pending),
      pending_credits: total('pending_credits', 'credit', pending),
    };
    states.set(account_no, row as never);
    return row;
  });
  const id = randomUUID();
  await client.query(
    `with t as (
       insert into journal.transactions (sequence, id, ledger, kind, root_id, parent_id, step, account_nos, versions,
         effective_at, recorded_at, principal, hold_amount, hold_captured, hold_released, hold_remaining, reversed,
         expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 'test', $11, $12, $13, $14, $15, $17))
     insert into journal.entries select (jsonb_populate_record(null::journal.entries, e)).*
     from jsonb_array_elements($16::jsonb) e`,
    [
      ...[number, id, ledger, kind, parent && (step.root ?? parent), parent, parent && (step.step ?? 1)],
      ...[rows.map((row) => row.account_no), rows.map((row) => row.version), T0],
      ...(hold ?? [null, null, null, null]),
      ...[reversed, JSON.stringify(rows), expires],
    ],
  );
  return id;
}

const both = (posted: number, pending: number): Leg[] => [
  [cash, 'debit', posted, pending],
  [alice, 'credit', posted, pending],
];
const back = (amount: number): Leg[] => [
  [cash, 'credit', amount, 0],
  [alice, 'debit', amount, 0],
];
const three = (posted: 0 | 1, pending: -1 | 0 | 1): Leg[] => [
  [cash, 'debit', 100 * posted, 100 * pending],
  [alice, 'credit', 70 * posted, 70 * pending],
  [third, 'credit', 30 * posted, 30 * pending],
];
const hold = (expires?: string) =>
  append({ kind: 'hold', legs: both(0, 100), hold: [100, 0, 0, 100], expires });
const holdOfThree = () => append({ kind: 'hold', legs: three(0, 1), hold: [100, 0, 0, 100] });
const posting = () => append({ kind: 'posting', legs: both(100, 0) });

/** The statement fails with this SQLSTATE and leaves the transaction usable. */
async function refused(run: () => Promise<unknown>, code: string, message?: RegExp): Promise<void> {
  await client.query('savepoint attempt');
  const error = await run().then(
    () => undefined,
    (thrown) => thrown as { code: string; message: string },
  );
  await client.query('rollback to attempt');
  expect(error?.code).toBe(code);
  if (message) expect(error!.message).toMatch(message);
}

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`insert into journal.ledgers (id) values ('branch')`);
  await client.query(
    `insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
     select n, case n when 4 then 'branch' else 'main' end, 'a' || n, 'liability', 'USD', 'open', '{}', 1, now()
     from generate_series(1, 4) n`,
  );
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

beforeEach(() => client.query('begin'));
afterEach(() => client.query('rollback'));

describe.each(['counterfoil_app', 'counterfoil_owner'])('as %s', (role) => {
  beforeEach(() => client.query(`set local role ${role}`));

  test('sound chains are taken: captures, void, expiry, reversals', async () => {
    const first = await hold();
    const part: Step = { kind: 'capture', legs: both(30, -30), parent: first, hold: [100, 30, 0, 70] };
    const captured = await append(part);
    await append({ kind: 'capture', legs: both(20, -70), parent: first, step: 2, hold: [100, 50, 50, 0] });
    const reversal = { kind: 'reversal', parent: captured, root: first };
    await append({ ...reversal, legs: back(10), reversed: 10 });
    await append({ ...reversal, legs: back(20), reversed: 30, step: 2 });
    for (const kind of ['void', 'expiry']) {
      await append({ kind, legs: both(0, -100), parent: await hold(), hold: [100, 0, 100, 0] });
      const whole = { legs: three(0, -1), parent: await holdOfThree() };
      await append({ kind, ...whole, hold: [100, 0, 100, 0] });
    }
    const parent = await holdOfThree();
    const all = await append({ kind: 'capture', legs: three(1, -1), parent, hold: [100, 100, 0, 0] });
    const mirror = three(1, 0).map(
      ([account, side, posted]): Leg =>
        [...[account, side === 'debit' ? 'credit' : 'debit', posted, 0]] as unknown as Leg,
    );
    await append({ kind: 'reversal', legs: mirror, parent: all, root: parent, reversed: 100 });
  });

  const wrongHolds: [string, Step][] = [
    ['whose parts don’t come to its amount', { kind: 'hold', legs: both(0, 100), hold: [100, 0, 0, 99] }],
    ['with a negative part', { kind: 'hold', legs: both(0, 100), hold: [100, -10, 0, 110] }],
    ['without an amount', { kind: 'hold', legs: both(0, 100) }],
    ['of more than its entries reserve', { kind: 'hold', legs: both(0, 100), hold: [101, 0, 0, 101] }],
    ['that is captured from the start', { kind: 'hold', legs: both(0, 100), hold: [100, 100, 0, 0] }],
    ['that posts', { kind: 'hold', legs: both(100, 100), hold: [100, 0, 0, 100] }],
  ];
  test.each(wrongHolds)('a hold %s is refused', async (_, step) => {
    await refused(() => append(step), CHECK);
  });

  test('a posting that reserves, or has an amount like a hold, is refused', async () => {
    await refused(() => append({ kind: 'posting', legs: both(0, 100) }), CHECK);
    await refused(() => append({ kind: 'posting', legs: both(100, 0), hold: [100, 0, 0, 100] }), CHECK);
  });

  const take = (taken: number, given: number, before: Hold = [100, 0, 0, 100]): Partial<Step> => {
    const [amount, captured, released, remaining] = before;
    return {
      legs: both(taken, -(taken + given)),
      hold: [amount, captured + taken, released + given, remaining - taken - given],
    };
  };
  const wrongSteps: [string, Partial<Step>][] = [
    ['takes more than is left', take(101, 0)],
    ['takes more than is left, and says less', { ...take(100, 0), legs: both(101, -100) }],
    ['takes back more than is left', { ...take(50, 50), legs: both(50, -101) }],
    ['takes back less than it says', { ...take(50, 50), legs: both(50, -99) }],
    ['takes nothing', { ...take(0, 100) }],
    ['leaves as much as there was', { legs: both(10, 0), hold: [100, 0, 0, 100] }],
    ['says that nothing was captured, and posts', { ...take(50, 50), hold: [100, 0, 100, 0] }],
    ['is of another amount', { ...take(50, 50), hold: [110, 60, 50, 0] }],
    ['skips a step', { ...take(50, 50), step: 2 }],
    ['begins at no step', { ...take(50, 50), step: 0 }],
    ['has another root', { ...take(50, 50), root: randomUUID() }],
    [
      'goes the other way',
      {
        ...take(50, 50),
        legs: both(50, -100).map(([a, s, ...n]) => [a, s === 'debit' ? 'credit' : 'debit', ...n] as Leg),
      },
    ],
    [
      'is on another account',
      {
        ...take(50, 50),
        legs: [both(50, -100)[0]!, [third, 'credit', 50, 0], [alice, 'credit', 0, -100]] as Leg[],
      },
    ],
    ['has the accounts in another order', { ...take(50, 50), legs: both(50, -100).reverse() }],
    [
      'is of another ledger',
      {
        ...take(50, 50),
        ledger: 'branch',
        legs: [
          [other, 'debit', 50, 0],
          [other, 'credit', 50, 0],
        ],
      },
    ],
    ['is a reversal', { kind: 'reversal', legs: back(50), reversed: 50 }],
    ['is a void that posts', { kind: 'void', ...take(50, 50) }],
    ['is a void that leaves something', { kind: 'void', ...take(0, 50) }],
    ['is an expiry that posts', { kind: 'expiry', ...take(50, 50) }],
    ['is an expiry that leaves something', { kind: 'expiry', ...take(0, 50) }],
  ];
  test.each(wrongSteps)('what builds on a hold and %s is refused', async (_, step) => {
    const parent = await hold();
    // So that no other check is the one that refuses: there is enough reserved besides.
    await hold();
    await append({ kind: 'capture', parent, ...take(50, 50), legs: both(50, -100) } as Step);
    const again = await hold();
    await refused(() => append({ kind: 'capture', parent: again, ...step } as Step), CHECK);
    await append({ kind: 'capture', parent: again, ...take(50, 50) } as Step);
  });

  test('a fork is refused: two first steps, two second ones', async () => {
    await hold();
    const parent = await hold();
    const first = { kind: 'capture', parent, ...take(40, 0) } as Step;
    await append(first);
    await refused(() => append(first), UNIQUE);
    await refused(() => append({ kind: 'void', parent, ...take(0, 100) } as Step), UNIQUE);
    const second = { kind: 'void', parent, step: 2, ...take(0, 60, [100, 40, 0, 60]) } as Step;
    await append(second);
    await refused(() => append(second), UNIQUE);
  });

  test('a step after which less was captured or more is left, and one on a hold that is closed, is refused', async () => {
    await hold();
    const parent = await hold();
    await append({ kind: 'capture', parent, ...take(40, 0) } as Step);
    const second = (more: Partial<Step>) => append({ kind: 'capture', parent, step: 2, ...more } as Step);
    await refused(() => second({ legs: both(40, -40), hold: [100, 40, 0, 60] }), CHECK);
    await refused(() => second({ legs: both(20, -60), hold: [100, 20, 80, 0] }), CHECK);
    await refused(() => second({ legs: both(100, -100), hold: [100, 100, 0, 0] }), CHECK);
    await second(take(60, 0, [100, 40, 0, 60]));
    await refused(
      () => append({ kind: 'void', parent, step: 3, legs: both(0, -100), hold: [100, 100, 0, 0] }),
      CHECK,
    );
  });

  test('of a hold of several entries only all of each is taken or given back', async () => {
    await holdOfThree();
    const parent = await holdOfThree();
    const part: Leg[] = [
      [cash, 'debit', 50, -50],
      [alice, 'credit', 35, -35],
      [third, 'credit', 15, -15],
    ];
    const other: Leg[] = [
      [cash, 'debit', 100, -100],
      [alice, 'credit', 30, -30],
      [third, 'credit', 70, -70],
    ];
    const capture =
      (legs: Leg[], ...state: Hold) =>
      () =>
        append({ kind: 'capture', legs, parent, hold: state });
    await refused(capture(part, 100, 50, 0, 50), CHECK);
    await refused(capture(part, 100, 50, 50, 0), CHECK);
    await refused(capture(other, 100, 100, 0, 0), CHECK);
    await refused(capture(three(1, -1), 100, 99, 1, 0), CHECK);
    await refused(
      () =>
        append({
          kind: 'void',
          legs: other.map(([a, s, , n]) => [a, s, 0, n]),
          parent,
          hold: [100, 0, 100, 0],
        }),
      CHECK,
    );
    await capture(three(1, -1), 100, 100, 0, 0)();
  });

  const wrongReversals: [string, Partial<Step>][] = [
    ['beyond the original', { legs: back(101), reversed: 101 }],
    ['of more than it says', { legs: back(101), reversed: 100 }],
    ['of less than it says', { legs: back(50), reversed: 100 }],
    ['of nothing', { legs: back(1), reversed: 0 }],
    ['that says nothing', { legs: back(100) }],
    ['on the same side', { legs: both(100, 0), reversed: 100 }],
    [
      'that gives back what is reserved',
      {
        legs: [
          [cash, 'credit', 100, 1],
          [alice, 'debit', 100, 1],
        ],
        reversed: 100,
      },
    ],
    [
      'on another account',
      {
        legs: [
          [cash, 'credit', 100, 0],
          [third, 'debit', 100, 0],
        ],
        reversed: 100,
      },
    ],
    ['at another step', { legs: back(100), reversed: 100, step: 2 }],
    ['under another root', { legs: back(100), reversed: 100, root: randomUUID() }],
    ['of what is not there', { legs: back(100), reversed: 100, parent: randomUUID() }],
    ['that is a capture', { kind: 'capture', legs: both(50, 0), hold: [100, 50, 50, 0] }],
  ];
  test.each(wrongReversals)('a reversal %s is refused', async (_, step) => {
    await hold();
    const parent = await posting();
    await refused(() => append({ kind: 'reversal', parent, ...step } as Step), CHECK);
    await append({ kind: 'reversal', parent, legs: back(100), reversed: 100 });
  });

  test('reversals in parts never pass the original, nor fork', async () => {
    const parent = await posting();
    const part = (amount: number, reversed: number, step: number) =>
      append({ kind: 'reversal', parent, legs: back(amount), reversed, step });
    await part(60, 60, 1);
    await refused(() => part(60, 60, 1), UNIQUE);
    await refused(() => part(41, 101, 2), CHECK);
    await refused(() => part(60, 60, 2), CHECK);
    await refused(() => part(60, 40, 2), CHECK);
    await part(40, 100, 2);
    await refused(() => part(1, 101, 3), CHECK);
  });

  test('a posting of several entries is reversed whole, and once', async () => {
    const parent = await append({ kind: 'posting', legs: three(1, 0) });
    const mirror = (...amounts: number[]): Leg[] => [
      [cash, 'credit', amounts[0]!, 0],
      [alice, 'debit', amounts[1]!, 0],
      [third, 'debit', amounts[2]!, 0],
    ];
    const reverse =
      (legs: Leg[], reversed: number, step = 1) =>
      () =>
        append({ kind: 'reversal', parent, legs, reversed, step });
    await refused(reverse(mirror(50, 35, 15), 50), CHECK);
    await refused(reverse(mirror(100, 30, 70), 100), CHECK);
    await refused(reverse(mirror(100, 70, 30), 99), CHECK);
    await reverse(mirror(100, 70, 30), 100)();
    await refused(reverse(mirror(100, 70, 30), 200, 2), CHECK);
  });

  test('a hold, a void and a reversal can’t be reversed', async () => {
    const original = await posting();
    const reversal = await append({ kind: 'reversal', parent: original, legs: back(100), reversed: 100 });
    const held = await hold();
    const voided = await append({ kind: 'void', legs: both(0, -100), parent: held, hold: [100, 0, 100, 0] });
    for (const [parent, root, step] of [
      [reversal, original, 1],
      [held, held, 2],
      [voided, held, 1],
    ] as const) {
      await refused(
        () => append({ kind: 'reversal', parent, root, step, legs: back(1), reversed: 1 }),
        CHECK,
      );
    }
  });

  const annotate = (id: string, revision: number) =>
    client.query(
      `insert into journal.annotations (transaction_id, revision, sequence, id, metadata, recorded_at, principal)
       values ($1, $2, $3, gen_random_uuid(), '{"n":1}', now(), 'test')`,
      [id, revision, sequence++],
    );

  test('changes of metadata are numbered from 2 without a gap, each once, of a transaction that is there', async () => {
    const id = await posting();
    await refused(() => annotate(id, 1), CHECK);
    await refused(() => annotate(id, 3), CHECK);
    await refused(() => annotate(randomUUID(), 2), CHECK);
    await annotate(id, 2);
    await refused(() => annotate(id, 2), UNIQUE);
    await refused(() => annotate(id, 4), CHECK);
    await annotate(id, 3);
  });

  test('changes of metadata are append-only', async () => {
    await annotate(await posting(), 2);
    const expected = role === 'counterfoil_app' ? PRIVILEGE : RESTRICT;
    for (const statement of [
      `update journal.annotations set metadata = '{}'`,
      'delete from journal.annotations',
      'truncate journal.annotations',
      `merge into journal.annotations a using (select 1) s on true when matched then update set metadata = '{}'`,
      `insert into journal.annotations select * from journal.annotations
       on conflict (transaction_id, revision) do update set metadata = '{}'`,
    ]) {
      await refused(() => client.query(statement), expected);
    }
  });
});

test('replicated changes are refused too', async () => {
  const parent = await posting();
  await client.query(`set local session_replication_role = 'replica'`);
  await refused(() => append({ kind: 'reversal', parent, legs: back(101), reversed: 101 }), CHECK);
  for (const statement of ['delete from journal.annotations', 'truncate journal.annotations']) {
    await refused(() => client.query(statement), RESTRICT);
  }
});

describe('the holds that may expire', () => {
  const rows = async () =>
    (await client.query('select id, ledger, expires_at from journal.open_holds order by id')).rows;

  test('are made again from the chains by the service’s role', async () => {
    const open = await hold(T0);
    const part = await hold(T0);
    await append({ kind: 'capture', parent: part, legs: both(40, -40), hold: [100, 40, 0, 60] });
    const closed = await hold(T0);
    await append({ kind: 'void', parent: closed, legs: both(0, -100), hold: [100, 0, 100, 0] });
    const spent = await hold(T0);
    await append({ kind: 'capture', parent: spent, legs: both(100, -100), hold: [100, 100, 0, 0] });
    // One that never expires.
    await hold();
    await client.query('set local role counterfoil_app');
    // Something that is no hold, and one that is missing.
    await client.query(`insert into journal.open_holds values (gen_random_uuid(), 'main', now())`);
    const { rows: answer } = await client.query('select journal.rebuild_open_holds() as count');
    expect(answer).toEqual([{ count: 2 }]);
    const expected = [open, part].sort().map((id) => ({ id, ledger: 'main', expires_at: new Date(T0) }));
    expect(await rows()).toEqual(expected);
    await client.query('select journal.rebuild_open_holds()');
    expect(await rows()).toEqual(expected);
  });

  test('may be deleted by the service, not changed', async () => {
    await client.query('set local role counterfoil_app');
    await refused(() => client.query('update journal.open_holds set expires_at = now()'), PRIVILEGE);
    await refused(() => client.query('truncate journal.open_holds'), PRIVILEGE);
    await client.query('delete from journal.open_holds');
  });
});
