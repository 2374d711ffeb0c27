import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/postgres.js';

// Nothing of the service runs here: what is refused is refused by the database itself.

let database: TestDatabase;
let client: pg.Client;

const T0 = '2026-01-01T00:00:00Z';
const [cash, alice, euro, other] = ['1', '2', '3', '4'];

/** A column of a row of entries that differs from a sound one. */
interface Leg {
  account: string;
  side: 'debit' | 'credit';
  posted?: string;
  pending?: string;
  version?: number;
  posted_debits?: string;
  posted_credits?: string;
  pending_debits?: string;
  pending_credits?: string;
  effective_at?: string;
  max_effective_at?: string;
  recorded_at?: string;
  leg?: number;
}

interface Options {
  legs?: string[];
  versions?: number[];
  ledger?: string;
  sequence?: number;
  into?: string;
  recorded_at?: string;
}

let sequence = 100;

const insertTransaction = `insert into journal.transactions (sequence, id, ledger, kind, account_nos, versions,
  effective_at, recorded_at, principal) values ($1, $2, $3, 'posting', $4, $5, $6, $7, 'test')`;
const insertEntries = (
  into: string,
) => `insert into ${into} (account_no, version, transaction_sequence, leg, side,
  posted, pending, posted_debits, posted_credits, pending_debits, pending_credits, effective_at, max_effective_at,
  recorded_at)
  select * from jsonb_to_recordset($1) e (account_no bigint, version bigint, transaction_sequence bigint, leg smallint,
    side text, posted numeric, pending numeric, posted_debits numeric, posted_credits numeric, pending_debits numeric,
    pending_credits numeric, effective_at timestamptz, max_effective_at timestamptz, recorded_at timestamptz)`;

function entryRows(legs: Leg[], number: number, first = 1) {
  return legs.map(({ account, side, posted = '100', pending = '0', ...rest }, index) => ({
    account_no: account,
    version: 1,
    transaction_sequence: number,
    leg: first + index,
    side,
    posted,
    pending,
    posted_debits: side === 'debit' ? posted : '0',
    posted_credits: side === 'credit' ? posted : '0',
    pending_debits: side === 'debit' ? pending : '0',
    pending_credits: side === 'credit' ? pending : '0',
    effective_at: T0,
    max_effective_at: T0,
    recorded_at: T0,
    ...rest,
  }));
}

/** A transaction and its entries in one statement, as the service writes them; each leg sound unless it says else. */
async function append(legs: Leg[], options: Options = {}): Promise<number> {
  const number = options.sequence ?? sequence++;
  const rows = entryRows(legs, number);
  const lit = (value: unknown) => pg.escapeLiteral(String(value));
  const entries = insertEntries(options.into ?? 'journal.entries').replace(
    '$1',
    `${lit(JSON.stringify(rows))}::jsonb`,
  );
  await client.query(`with t as (${insertTransaction}) ${entries}`, [
    number,
    randomUUID(),
    options.ledger ?? 'main',
    options.legs ?? rows.map((row) => row.account_no),
    options.versions ?? rows.map((row) => row.version),
    T0,
    options.recorded_at ?? T0,
  ]);
  return number;
}

const sound: Leg[] = [
  { account: cash, side: 'debit' },
  { account: alice, side: 'credit' },
];
/** The next pair on both accounts, after `sound`. */
const second: Leg[] = [
  { account: cash, side: 'debit', version: 2, posted_debits: '200' },
  { account: alice, side: 'credit', version: 2, posted_credits: '200' },
];

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

const CHECK = '23514';
const RESTRICT = '23001';
const PRIVILEGE = '42501';
const UNIQUE = '23505';

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`insert into journal.ledgers (id) values ('branch')`);
  await client.query(
    `insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
     values (1, 'main', 'cash', 'asset', 'USD', 'open', '{}', 1, now()),
            (2, 'main', 'alice', 'liability', 'USD', 'open', '{}', 1, now()),
            (3, 'main', 'euro', 'liability', 'EUR', 'open', '{}', 1, now()),
            (4, 'branch', 'other', 'liability', 'USD', 'open', '{}', 1, now())`,
  );
  await client.query(
    `insert into journal.account_changes (account_no, revision, sequence, id, kind, status, metadata, recorded_at, principal)
     values (1, 1, 1, gen_random_uuid(), 'opened', 'open', '{}', now(), 'test')`,
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

  test('a balanced transaction is taken, and the next one on its accounts', async () => {
    await append(sound);
    await append(second);
    const { rows } = await client.query(
      'select account_no, version, posted_debits, posted_credits from journal.entries order by 1, 2',
    );
    expect(rows).toEqual([
      { account_no: '1', version: '1', posted_debits: '100', posted_credits: '0' },
      { account_no: '1', version: '2', posted_debits: '200', posted_credits: '0' },
      { account_no: '2', version: '1', posted_debits: '0', posted_credits: '100' },
      { account_no: '2', version: '2', posted_debits: '0', posted_credits: '200' },
    ]);
  });

  test('two transactions in one statement are each judged', async () => {
    const batch = async (last: string) => {
      const rows = [
        ...entryRows(sound, 50),
        ...entryRows(second, 51).map((row, i) => (i === 1 ? { ...row, posted: last } : row)),
      ];
      await client.query(
        `with t as (
           insert into journal.transactions (sequence, id, ledger, kind, account_nos, versions, effective_at,
             recorded_at, principal)
           select n, gen_random_uuid(), 'main', 'posting', '{1,2}', array[v, v], $2, $2, 'test'
           from (values (50, 1), (51, 2)) s (n, v))
         ${insertEntries('journal.entries')}`,
        [JSON.stringify(rows), T0],
      );
    };
    await refused(() => batch('99'), CHECK, /transaction 51 is not whole/);
    await batch('100');
  });

  test('debits that differ from credits are refused', async () => {
    await refused(
      () => append([sound[0]!, { account: alice, side: 'credit', posted: '99', posted_credits: '99' }]),
      CHECK,
      /debits equal credits/,
    );
  });

  test('pending debits that differ from pending credits are refused', async () => {
    await refused(
      () =>
        append([
          { account: cash, side: 'debit', posted: '0', pending: '100' },
          { account: alice, side: 'credit', posted: '0', pending: '99' },
        ]),
      CHECK,
      /debits equal credits/,
    );
  });

  test('one side alone is refused', async () => {
    await refused(() => append([sound[0]!]), CHECK, /debits equal credits/);
  });

  test('a leg that is named and missing is refused', async () => {
    await refused(
      () => append(sound, { legs: [cash, alice, euro], versions: [1, 1, 1] }),
      CHECK,
      /every leg it names/,
    );
  });

  test.each([
    ['0', 0],
    ['beyond the last', 3],
    ['far beyond', 99],
    ['that is another entry’s', 1],
  ])('a leg %s is refused', async (_, number) => {
    await refused(
      () => append([sound[0]!, { ...sound[1]!, leg: number }]),
      CHECK,
      /every leg it names and no other|entries_leg_check/,
    );
    // Nor may it stand for a leg that the transaction names and does not bring.
    await refused(
      () => append([sound[0]!, { ...sound[1]!, leg: number }], { legs: [cash, euro], versions: [1, 99] }),
      CHECK,
      /every leg it names and no other|entries_leg_check/,
    );
  });

  test('arrays that count from 0 are refused', async () => {
    await refused(
      () =>
        append(
          sound.map((leg, index) => ({ ...leg, leg: index })),
          { legs: `[0:1]={${cash},${alice}}` as never, versions: '[0:1]={1,1}' as never },
        ),
      CHECK,
    );
  });

  test('two currencies do not make up for each other', async () => {
    await refused(() => append([sound[0]!, { account: euro, side: 'credit' }]), CHECK, /per currency/);
  });

  test('an account of another ledger is refused', async () => {
    await refused(() => append([sound[0]!, { account: other, side: 'credit' }]), CHECK, /not whole/);
  });

  test('an account that does not exist is refused', async () => {
    await refused(() => append([sound[0]!, { account: '77', side: 'credit' }]), CHECK, /not whole/);
  });

  test('entries of a transaction that does not exist are refused', async () => {
    await refused(
      () => client.query(insertEntries('journal.entries'), [JSON.stringify(entryRows(sound, 7777))]),
      CHECK,
      /not whole/,
    );
  });

  test('a transaction without entries is refused', async () => {
    await refused(
      () => client.query(insertTransaction, [1000, randomUUID(), 'main', [cash, alice], [1, 1], T0, T0]),
      CHECK,
      /has no entries/,
    );
  });

  test('a transaction that names the entries of another is refused', async () => {
    await append(sound);
    await refused(
      () => client.query(insertTransaction, [1000, randomUUID(), 'main', [cash, alice], [1, 1], T0, T0]),
      CHECK,
      /has no entries/,
    );
  });

  test('more legs on a transaction that is whole are refused', async () => {
    const number = await append(sound);
    const rows = entryRows(second, number, 3);
    await refused(
      () => client.query(insertEntries('journal.entries'), [JSON.stringify(rows)]),
      CHECK,
      /every leg it names and no other/,
    );
  });

  test('a version that is skipped is refused', async () => {
    await refused(() => append([{ ...sound[0]!, version: 2 }, sound[1]!]), CHECK, /versions are contiguous/);
    await append(sound);
    await refused(
      () => append([{ ...second[0]!, version: 3 }, second[1]!]),
      CHECK,
      /versions are contiguous/,
    );
  });

  test('a version that is taken is refused', async () => {
    await append(sound);
    await refused(() => append(sound), UNIQUE);
  });

  test.each([
    ['posted_debits', '201'],
    ['posted_credits', '1'],
    ['pending_debits', '1'],
    ['pending_credits', '1'],
    ['max_effective_at', '2026-01-02T00:00:00Z'],
  ] as const)('a running %s that does not follow from the entry before is refused', async (column, value) => {
    await refused(() => append([{ ...sound[0]!, [column]: value }, sound[1]!]), CHECK, /totals run on/);
    await append(sound);
    await refused(() => append([{ ...second[0]!, [column]: value }, second[1]!]), CHECK, /totals run on/);
  });

  test('times that differ from the transaction’s are refused', async () => {
    const later = '2026-01-02T00:00:00Z';
    await refused(
      () => append([{ ...sound[0]!, effective_at: later, max_effective_at: later }, sound[1]!]),
      CHECK,
    );
    await refused(() => append([{ ...sound[0]!, recorded_at: later }, sound[1]!]), CHECK, /not whole/);
  });

  test('a recorded time before that of the entry before is refused', async () => {
    await append(sound);
    const earlier = '2025-12-31T00:00:00Z';
    await refused(
      () =>
        append(
          second.map((leg) => ({ ...leg, recorded_at: earlier })),
          { recorded_at: earlier },
        ),
      CHECK,
      /does not continue/,
    );
  });

  test('an entry of nothing, or of a negative amount, is refused', async () => {
    await refused(() => append(sound.map((leg) => ({ ...leg, posted: '0' }))), CHECK);
    await refused(() => append(sound.map((leg) => ({ ...leg, posted: '-1' }))), CHECK);
  });

  test('an insert into a partition is refused, balanced or not', async () => {
    const { rows } = await client.query(
      `select count(*) from pg_inherits where inhparent = 'journal.entries'::regclass`,
    );
    expect(rows[0].count).toBe('8');
    for (let n = 0; n < 8; n++) {
      await refused(
        () => append(sound, { into: `journal.entries_${n}` }),
        role === 'counterfoil_app' ? PRIVILEGE : RESTRICT,
      );
    }
  });

  const partitions = Array.from({ length: 8 }, (_, n) => `journal.entries_${n}`);
  const appendOnly = ['journal.entries', ...partitions, 'journal.transactions', 'journal.account_changes'];

  test.each(['update', 'delete', 'truncate'])(
    '%s of what was recorded is refused on every table',
    async (verb) => {
      await append(sound);
      for (const table of appendOnly) {
        const column =
          table === 'journal.account_changes' || table === 'journal.transactions' ? 'recorded_at' : 'posted';
        const statement = {
          update: `update ${table} set ${column} = ${column}`,
          delete: `delete from ${table}`,
          truncate: `truncate ${table}`,
        }[verb]!;
        await refused(
          () => client.query(statement),
          role === 'counterfoil_app' ? PRIVILEGE : RESTRICT,
          role === 'counterfoil_app' ? /permission denied/ : /append-only/,
        );
      }
    },
  );

  test('merge and on conflict do update are no way round', async () => {
    await append(sound);
    const expected = role === 'counterfoil_app' ? PRIVILEGE : RESTRICT;
    await refused(
      () =>
        client.query(`merge into journal.transactions t using (select 1) s on true
                      when matched then update set description = 'changed'`),
      expected,
    );
    await refused(
      () =>
        client.query(`insert into journal.account_changes select * from journal.account_changes
                      on conflict (account_no, revision) do update set kind = 'closed'`),
      expected,
    );
  });
});

test('legs of a transaction of another database transaction are refused', async () => {
  // The transaction claims a leg that its own statement does not bring: the check is got round by disabling it as
  // superuser, to see that the entries' own check holds.
  const number = 2000;
  await client.query(`alter table journal.transactions disable trigger check_transactions`);
  await client.query(insertTransaction, [number, randomUUID(), 'main', [cash, alice], [1, 1], T0, T0]);
  await client.query(`alter table journal.transactions enable always trigger check_transactions`);
  await client.query('commit');
  await client.query('begin');
  for (const role of ['counterfoil_app', 'counterfoil_owner']) {
    await client.query(`set local role ${role}`);
    await refused(
      () => client.query(insertEntries('journal.entries'), [JSON.stringify(entryRows(sound, number))]),
      CHECK,
      /written by one database transaction/,
    );
  }
});

test('the triggers fire for replicated changes too', async () => {
  await client.query(`set local session_replication_role = 'replica'`);
  await refused(() => append([sound[0]!]), CHECK);
  await append(sound);
  for (const table of ['entries', 'transactions', 'account_changes']) {
    await refused(() => client.query(`delete from journal.${table}`), RESTRICT);
    await refused(() => client.query(`truncate journal.${table}`), RESTRICT);
  }
});

describe('privileges', () => {
  const can = async (role: string, table: string, privilege: string) => {
    const { rows } = await client.query('select has_table_privilege($1, $2, $3) as may', [
      role,
      table,
      privilege,
    ]);
    return rows[0].may as boolean;
  };

  test('the service and its readers have no right on a partition of the entries, save that a build reads them', async () => {
    for (const role of [
      'counterfoil_app',
      'counterfoil_projector',
      'counterfoil_reader',
      'counterfoil_cdc',
    ]) {
      for (let n = 0; n < 8; n++) {
        for (const privilege of [
          'select',
          'insert',
          'update',
          'delete',
          'truncate',
          'references',
          'trigger',
        ]) {
          expect([role, n, privilege, await can(role, `journal.entries_${n}`, privilege)]).toEqual([
            role,
            n,
            privilege,
            role === 'counterfoil_projector' && privilege === 'select',
          ]);
        }
      }
    }
  });

  test('the service may add to the journal and read it, and nothing more', async () => {
    for (const table of ['entries', 'transactions', 'account_changes', 'command_results', 'outbox']) {
      for (const privilege of ['select', 'insert'])
        expect([table, await can('counterfoil_app', `journal.${table}`, privilege)]).toEqual([table, true]);
      for (const privilege of ['update', 'delete', 'truncate', 'trigger'])
        expect([table, await can('counterfoil_app', `journal.${table}`, privilege)]).toEqual([table, false]);
    }
  });

  test('an account’s identity can’t be changed by the service, only its limits, metadata and status', async () => {
    await client.query('set local role counterfoil_app');
    for (const column of ['no', 'ledger', 'id', 'type', 'currency', 'opened_at'])
      await refused(() => client.query(`update journal.accounts set ${column} = ${column}`), PRIVILEGE);
    await refused(() => client.query('delete from journal.accounts'), PRIVILEGE);
    await client.query(`update journal.accounts set status = status, min_balance = min_balance`);
  });

  test('the service can’t switch triggers off or replace what they call', async () => {
    await client.query('set local role counterfoil_app');
    await refused(() => client.query('alter table journal.entries disable trigger all'), PRIVILEGE);
    await refused(() => client.query('drop function journal.check_entries() cascade'), PRIVILEGE);
    await refused(() => client.query(`set session_replication_role = 'replica'`), PRIVILEGE);
    await refused(() => client.query('create table journal.mine ()'), PRIVILEGE);
  });
});
