import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import pg from 'pg';
import { createPool, type Role } from '../../src/platform/postgres.js';
import type { Finding } from '../../src/proof/finding.js';
import { readPublicKey, readSigningKey, type PublicKey } from '../../src/proof/seals/key.js';
import { pathOf, rootOf } from '../../src/proof/seals/merkle.js';
import { hashOf } from '../../src/proof/seals/seal.js';
import { sealJournal } from '../../src/proof/seals/sealing.js';
import { copyComparer, type SealCopy } from '../../src/proof/verify/seals/copies.js';
import { sealsCheck } from '../../src/proof/verify/seals/seals.js';
import { counterfoil } from '../support/cli.js';
import { eventually, post } from '../support/ledger.js';
import { startLoad, whileLoaded } from '../support/load.js';
import { createDatabase } from '../support/postgres.js';
import { runCheck } from '../support/proof.js';
import { insertFixedRecords, readFixedRecords } from '../support/sealed-records.js';
import { startService, type TestService } from '../support/service.js';
import { query } from '../support/stack.js';

let folder: string;
let privateKey: string;
let publicKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-seals-'));
  privateKey = join(folder, 'seal-key.pem');
  publicKey = join(folder, 'seal-key.pub.pem');
  const pair = generateKeyPairSync('ed25519');
  await writeFile(privateKey, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Books with transactions of several kinds in two ledgers. */
interface Books {
  service: TestService;
  /** As what seals, and as what only reads. */
  pool: pg.Pool;
  reader: pg.Pool;
  transaction: string;
  hold: string;
  close(): Promise<void>;
}

async function openBooks(keyFile: string | null = privateKey): Promise<Books> {
  const service = await startService();
  const { url, databaseUrl } = service;
  for (const id of ['cash', 'alice'])
    await post(url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  for (let n = 0; n < 5; n++)
    await post(url, '/transfers', { from: 'cash', to: 'alice', amount: String(100 + n) });
  const { id: transaction } = await post(url, '/transfers', {
    from: 'cash',
    to: 'alice',
    amount: '1',
    metadata: { order: '1' },
  });
  const { id: hold } = await post(url, '/holds', { from: 'alice', to: 'cash', amount: '10' });
  await post(url, `/holds/${hold}/capture`, { amount: '4' });
  const annotated = await fetch(`${url}/v1/ledgers/main/transactions/${transaction}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: { order: '2' } }),
  });
  expect(annotated.status).toBe(200);
  await sealed(databaseUrl, keyFile);
  for (let n = 0; n < 3; n++) await post(url, '/transfers', { from: 'alice', to: 'cash', amount: '2' });
  await sealed(databaseUrl, keyFile);
  const pool = poolOf(databaseUrl);
  const reader = poolOf(databaseUrl, 'counterfoil_projector');
  const close = async () => {
    await reader.end();
    await pool.end();
    await service.stop();
  };
  return { service, pool, reader, transaction, hold, close };
}

function poolOf(databaseUrl: string, role: Role = 'counterfoil_app'): pg.Pool {
  return createPool(databaseUrl, { role, max: 3, applicationName: 'test' });
}

async function sealed(databaseUrl: string, keyFile: string | null = privateKey): Promise<number> {
  const pool = poolOf(databaseUrl);
  try {
    return await sealJournal(pool, keyFile === null ? undefined : readSigningKey(keyFile));
  } finally {
    await pool.end();
  }
}

async function findings(pool: pg.Pool, key: PublicKey | null = readPublicKey(publicKey)): Promise<Finding[]> {
  return (await runCheck(sealsCheck, { pool, parallel: 2, publicKey: key ?? undefined })).findings;
}

const seals = (databaseUrl: string) =>
  query<Record<string, string>>(
    databaseUrl,
    `select ledger, number, after_sequence, through_sequence, encode(hash, 'hex') as hash, key_id from journal.seals order by ledger, number`,
  );

/** These triggers are left off, which is found too. */
const isNoGuardOff = ({ detail }: Finding) => detail !== 'does not refuse changes';

/** Of the seals: what refuses values that none can have. */
const checksOff = `do $$ declare c text; begin
  for c in select conname from pg_constraint where conrelid = 'journal.seals'::regclass and contype = 'c' loop
    execute format('alter table journal.seals drop constraint %I', c);
  end loop; end $$`;

const tables = ['transactions', 'entries', 'account_changes', 'annotations', 'seals'];
const partitions = Array.from({ length: 8 }, (_, n) => `entries_${n}`);
const triggersOff = [...tables, ...partitions]
  .map((table) => `alter table journal.${table} disable trigger all`)
  .join(';');

describe('seals', () => {
  let books: Books;

  beforeAll(async () => {
    books = await openBooks();
  });
  afterAll(() => books.close());

  it('close the journal range by range, each continuing the one before', async () => {
    const chain = await seals(books.service.databaseUrl);
    expect(chain).toHaveLength(2);
    expect(chain.map(({ number }) => number)).toEqual(['1', '2']);
    expect(chain[0]!.after_sequence).toBe('0');
    expect(chain[1]!.after_sequence).toBe(chain[0]!.through_sequence);
    expect(await findings(books.reader)).toEqual([]);
  });

  it('come as events that their schema describes, and can be made again byte for byte', async () => {
    const { databaseUrl } = books.service;
    const outbox = () =>
      query<{ sequence: string; payload: string; aggregateid: string; event_id: string }>(
        databaseUrl,
        `select sequence, event_id, aggregateid, type, time, payload from journal.outbox
         where aggregatetype = 'ledger.seals' order by sequence, xid`,
      );
    const first = await outbox();
    const ajv = new Ajv2020();
    ajvFormats.default(ajv);
    const valid = ajv.compile(JSON.parse(await readFile('src/events/schemas/ledger.seal.v1.json', 'utf8')));
    for (const { payload, aggregateid, event_id } of first) {
      const event = JSON.parse(payload);
      expect([valid(event), valid.errors]).toEqual([true, null]);
      expect([aggregateid, event_id]).toEqual(['main', event.event_id]);
    }
    const through = first.at(-1)!.sequence!;
    const again = await counterfoil(['events', 'republish', '--from', '1', '--to', through], {
      DATABASE_URL: databaseUrl,
    });
    expect(again.status).toBe(0);
    const both = await outbox();
    expect(both).toHaveLength(4);
    expect(new Set(both.map((row) => JSON.stringify(row))).size).toBe(2);
  });

  it.each([
    ['changed', 'update journal.seals set number = 9'],
    ['removed', 'delete from journal.seals'],
    ['truncated', 'truncate journal.seals'],
  ])('can’t be %s, not by their owner either', async (_, statement) => {
    await expect(query(books.service.databaseUrl, statement)).rejects.toThrow('append-only');
  });

  it('can’t be added beside the chain', async () => {
    const copy = (number: number, after: string) =>
      query(
        books.service.databaseUrl,
        `insert into journal.seals (ledger, number, sequence, id, after_sequence, through_sequence, root, previous, hash,
           sealed_at, sequences, leaves)
         select ledger, ${number}, nextval('journal.sequence'), gen_random_uuid(), ${after}, through_sequence + 1, root,
           previous, hash, sealed_at, sequences, leaves
         from journal.seals where number = 2`,
      );
    await expect(copy(4, 'through_sequence')).rejects.toThrow('does not continue its chain');
    await expect(copy(3, 'after_sequence')).rejects.toThrow('does not continue its chain');
    await expect(copy(3, 'through_sequence')).rejects.toThrow('does not continue its chain');
  });

  it('are proven from the command line, with the key that signed them', async () => {
    const settings = { DATABASE_URL: books.service.databaseUrl };
    const proven = await counterfoil(['verify', '--only', 'seals', '--public-key', publicKey], settings);
    expect([proven.status, proven.stdout]).toEqual([0, expect.stringContaining('2 seals; nothing is wrong')]);
    const other = join(folder, 'other.pem');
    await writeFile(other, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    const forged = await counterfoil(['verify', '--only', 'seals', '--public-key', other], settings);
    expect([forged.status, forged.stdout]).toEqual([
      3,
      expect.stringContaining('is not signed with the key'),
    ]);
    const none = await counterfoil(['verify', '--only', 'seals', '--public-key', 'none.pem'], settings);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('--public-key: none.pem can')]);
  });

  it('are listed, and all of them printed to be kept', async () => {
    const settings = { DATABASE_URL: books.service.databaseUrl };
    const [first, second] = await seals(books.service.databaseUrl);
    const { stdout } = await counterfoil(['seals', 'list'], settings);
    expect(stdout).toContain(second!.hash);
    expect(stdout).toMatch(/sealed up to sequence \d+ of \d+/);
    const { stdout: lines } = await counterfoil(['seals', 'list', '--json'], settings);
    const hashes = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).seal.hash);
    expect(hashes).toEqual([first!.hash, second!.hash]);
  });

  it('are held to what was kept of them', async () => {
    const settings = { DATABASE_URL: books.service.databaseUrl };
    const { stdout: lines } = await counterfoil(['seals', 'list', '--json'], settings);
    const file = join(folder, 'seals.jsonl');
    const verify = () => counterfoil(['verify', '--only', 'seals', '--copies', file], settings);
    await writeFile(file, lines);
    expect(await verify()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('2 copies_kept; nothing'),
    });
    await writeFile(file, lines.replace(/"root":"./, '"root":"x'));
    const { status, stdout } = await verify();
    expect([status, stdout]).toEqual([3, expect.stringContaining('is another one than was published')]);
  });

  it('are proven by a key that came later, since a signature stands for all before it', async () => {
    const late = await openBooks(null);
    expect(await findings(late.reader)).toMatchObject([{ detail: expect.stringContaining('is not signed') }]);
    await post(late.service.url, '/transfers', { from: 'alice', to: 'cash', amount: '2' });
    await sealed(late.service.databaseUrl);
    expect(await findings(late.reader)).toEqual([]);
    await late.close();
  });

  it('leave nothing to seal twice', async () => {
    expect(await sealed(books.service.databaseUrl)).toBe(0);
  });

  it('are not made of a ledger whose name could be read as more of the seal', async () => {
    const { databaseUrl } = books.service;
    await query(databaseUrl, `insert into journal.ledgers (id) values (E'main\nnumber 7')`);
    await query(
      databaseUrl,
      `with a as (insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
         values (nextval('journal.account_no'), E'main\nnumber 7', 'x', 'asset', 'USD', 'open', '{}', 1, now()) returning no)
       insert into journal.account_changes (account_no, revision, sequence, id, kind, status, metadata, recorded_at, principal)
       select no, 1, nextval('journal.sequence'), gen_random_uuid(), 'opened', 'open', '{}', now(), 'test' from a`,
    );
    await expect(sealed(databaseUrl)).rejects.toThrow('has no name that the service gives');
  });
});

describe('whoever changes the books behind a seal, as their owner and past the triggers, is found out', () => {
  let books: Books;
  let owner: pg.Pool;
  let sequence: string;
  let gap: string;

  beforeAll(async () => {
    books = await openBooks();
    const { url, databaseUrl } = books.service;
    await post(url, '/accounts', { id: 'spare', type: 'asset', currency: 'USD' });
    const rows = await query<{ sequence: string; gap: string }>(
      databaseUrl,
      `select sequence, (select n from generate_series(1, (select max(through_sequence) from journal.seals)) n
         where n not in (select sequence from journal.transactions union select sequence from journal.account_changes
                         union select sequence from journal.annotations) limit 1) as gap
       from journal.transactions where id = $1`,
      [books.transaction],
    );
    ({ sequence, gap } = rows[0]!);
    owner = poolOf(databaseUrl, 'counterfoil_owner');
  });
  afterAll(() => owner.end());
  afterAll(() => books.close());

  const entry = `e.transaction_sequence = t.sequence and t.id = '{transaction}'`;
  const change = (column: string, value: string) =>
    `update journal.entries e set ${column} = ${value} from journal.transactions t where ${entry} and e.side = 'debit'`;
  const transactionChanged = 'transaction {transaction} (ledger main, sequence {sequence}): was changed';
  const copyOfTransaction = (sequence: string) => `insert into journal.transactions
    (sequence, id, ledger, kind, account_nos, versions, effective_at, recorded_at, principal)
    select ${sequence}, gen_random_uuid(), ledger, kind, account_nos, versions, effective_at, recorded_at, principal
    from journal.transactions where id = '{transaction}'`;
  const columns: [string, string][] = [
    ['ledger', `'other'`],
    ['kind', `'hold'`],
    ['root_id', 'gen_random_uuid()'],
    ['parent_id', 'gen_random_uuid()'],
    ['step', '7'],
    ['reference', `'mine'`],
    ['effective_at', `effective_at - interval '1 microsecond'`],
    ['recorded_at', `recorded_at - interval '1 microsecond'`],
    ['description', `'forged'`],
    ['metadata', `'{"order":"x"}'`],
    ['principal', `'somebody'`],
    ['idempotency_key', `'another'`],
    ['trace', `'another'`],
    ['hold_amount', '5'],
    ['hold_captured', '5'],
    ['hold_released', '5'],
    ['hold_remaining', '5'],
    ['expires_at', 'now()'],
    ['reversed', '5'],
    ['wallet', `'debit'`],
    ['wallet_reference', `'x'`],
    ['account_nos', 'array[account_nos[2], account_nos[1]]'],
    ['versions', 'array[versions[1] + 1, versions[2]]'],
  ];
  const entryColumns: [string, string][] = [
    ['leg', '9'],
    ['side', `'credit'`],
    ['posted', 'e.posted + 1'],
    ['pending', '1'],
    ['posted_debits', 'e.posted_debits + 1'],
    ['posted_credits', 'e.posted_credits + 1'],
    ['pending_debits', '9'],
    ['pending_credits', '9'],
    ['effective_at', `e.effective_at - interval '1 second'`],
    ['max_effective_at', `e.max_effective_at + interval '1 second'`],
    ['recorded_at', `e.recorded_at - interval '1 second'`],
  ];
  const cases: [string, string, string][] = [
    ...columns.map(([column, value]): [string, string, string] => [
      `a transaction's ${column}`,
      `alter table journal.transactions drop constraint if exists transactions_check, drop constraint if exists
         transactions_check1, drop constraint if exists transactions_check2, drop constraint if exists transactions_check3,
         drop constraint if exists transactions_check4;
       update journal.transactions set ${column} = ${value} where id = '{transaction}'`,
      column === 'ledger' ? '(ledger main, sequence {sequence}): was removed' : transactionChanged,
    ]),
    ...entryColumns.map(([column, value]): [string, string, string] => [
      `an entry's ${column}`,
      change(column, value),
      transactionChanged,
    ]),
    [
      'an entry moved to another account',
      change('account_no', `(select no from journal.accounts where id = 'spare')`),
      transactionChanged,
    ],
    [
      'an entry that goes',
      `delete from journal.entries e using journal.transactions t where ${entry} and e.side = 'debit'`,
      transactionChanged,
    ],
    [
      'an entry that comes',
      `insert into journal.entries select e.account_no, 999, e.transaction_sequence, 3, e.side, e.posted, e.pending,
         e.posted_debits, e.posted_credits, e.pending_debits, e.pending_credits, e.effective_at, e.max_effective_at,
         e.recorded_at from journal.entries e, journal.transactions t where ${entry} and e.side = 'debit'`,
      'account main/cash version 999 (sequence {sequence}): was inserted',
    ],
    [
      'a transaction that goes, with its entries',
      `delete from journal.entries e using journal.transactions t where ${entry};
       delete from journal.transactions where id = '{transaction}'`,
      '(ledger main, sequence {sequence}): was removed',
    ],
    [
      'a transaction that comes, in a gap of the sequence',
      `insert into journal.transactions (sequence, id, ledger, kind, account_nos, versions, effective_at, recorded_at, principal)
       select {gap}, '01994c3e-8f10-7c21-8a55-2f6e9b0d4c11', 'main', 'posting', '{1}', '{1}', now(), now(), 'x'`,
      'transaction 01994c3e-8f10-7c21-8a55-2f6e9b0d4c11 (ledger main, sequence {gap}): was inserted',
    ],
    [
      'an account’s type',
      `update journal.accounts set type = 'liability' where id = 'alice'`,
      'account change * (ledger main, sequence *): was changed',
    ],
    [
      'an account’s name',
      `update journal.accounts set id = 'eve' where id = 'alice'`,
      'account change * (ledger main, sequence *): was changed',
    ],
    [
      'a limit in the history of an account',
      `update journal.account_changes c set min_balance = -5 from journal.accounts a where a.no = c.account_no and a.id = 'alice'`,
      'account change * (ledger main, sequence *): was changed',
    ],
    [
      'the opening of an account',
      `delete from journal.account_changes c using journal.accounts a where a.no = c.account_no and a.id = 'alice'`,
      'account main/alice: was inserted: nothing opened it',
    ],
    [
      'a change of metadata',
      `update journal.annotations set metadata = '{"order":"3"}'`,
      'annotation * (ledger main, sequence *): was changed',
    ],
    [
      'the function that makes the text of records',
      `update journal.transactions set description = 'forged' where id = '{transaction}';
       create or replace function journal.leaves(after bigint, through bigint)
       returns table (ledger text, sequence bigint, kind text, id uuid, leaf bytea) language sql as $$
         select s.ledger, q.sequence, null::text, null::uuid, substring(s.leaves from 32 * q.n::int - 31 for 32)
         from journal.seals s, unnest(s.sequences) with ordinality q (sequence, n) $$`,
      transactionChanged,
    ],
    [
      'a change of metadata that goes',
      'delete from journal.annotations',
      'record (ledger main, sequence *): was removed',
    ],
    [
      'a seal’s root',
      `update journal.seals set root = sha256('x') where number = 1`,
      'seal 1 of ledger main: its hash is not',
    ],
    [
      'a seal’s signature',
      `update journal.seals set signature = decode(repeat('00', 64), 'hex') where number = 1`,
      'seal 1 of ledger main: its signature is not that of its key',
    ],
    [
      'the newest signature that goes',
      'update journal.seals set signature = null, key_id = null where number = 2',
      'seal 2 of ledger main: is not signed with the key *, and none after it is',
    ],
    [
      'a seal’s event, moved',
      `${checksOff}; update journal.seals set sequence = through_sequence where number = 2`,
      'seal 2 of ledger main: its event was drawn before its end',
    ],
    [
      'a seal of no number, for what was put into a gap',
      `${checksOff}; insert into journal.seals select ledger, -1, 10 ^ 9, gen_random_uuid(), after_sequence, through_sequence, root,
         previous, hash, sealed_at, null, null, array[{gap}], sha256('x') from journal.seals where number = 1`,
      'seal -1 of ledger main: follows seal 0',
    ],
    [
      'leaves that go',
      `${checksOff}; update journal.seals set leaves = '' where number = 1`,
      'seal 1 of ledger main: the leaves kept with it don’t come to its root',
    ],
    [
      'a record of no sequence that there is',
      `${copyOfTransaction('-5')}; ${copyOfTransaction('0')}`,
      'transaction * (ledger main, sequence -5): was inserted',
    ],
    [
      'a record beyond all sequences',
      copyOfTransaction('4e18::bigint'),
      'has sequence 4000000000000000000, which was never drawn',
    ],
    [
      'a record that is there twice',
      `alter table journal.transactions drop constraint transactions_pkey, drop constraint transactions_id_key;
       insert into journal.transactions select * from journal.transactions where id = '{transaction}'`,
      'transaction {transaction} (ledger main, sequence {sequence}): was inserted',
    ],
    [
      'a key that keeps rows from being there twice',
      'alter table journal.transactions drop constraint transactions_pkey',
      'table journal.transactions: has no primary key',
    ],
    [
      'rows that only some may see',
      'alter table journal.transactions enable row level security',
      'table journal.transactions: hides rows by row security',
    ],
    [
      'the books behind a view',
      `alter table journal.annotations rename to kept; create view journal.annotations as select * from journal.kept;
       grant select on journal.annotations to public`,
      'table journal.annotations: is no table',
    ],
    [
      'a guard that stays off',
      'alter table journal.entries disable trigger refuse_change',
      'table journal.entries: does not refuse changes',
    ],
    [
      'a change of no account',
      `insert into journal.account_changes select -1, revision, 10 ^ 6, gen_random_uuid(), kind, min_balance, max_balance, status,
         metadata, recorded_at, principal, idempotency_key, trace from journal.account_changes limit 1`,
      'account change *: is of no account',
    ],
    [
      'all seals that go',
      `delete from journal.seals; update journal.transactions set recorded_at = recorded_at - interval '1 day'`,
      'is not sealed; nothing after it either',
    ],
    [
      'a seal that goes',
      'delete from journal.seals where number = 1',
      'seal 2 of ledger main: follows seal 0: those between are missing',
    ],
    [
      'the leaves kept with a seal',
      `update journal.seals set leaves = leaves || sha256('x'), sequences = sequences || 1::bigint where number = 1`,
      'seal 1 of ledger main: the leaves kept with it',
    ],
  ];

  test.each(cases)('%s', async (_, statements, expected) => {
    const fill = (text: string) =>
      text
        .replaceAll('{transaction}', books.transaction)
        .replaceAll('{sequence}', sequence)
        .replaceAll('{gap}', gap);
    const client = await owner.connect();
    const inTransaction = { query: client.query.bind(client) } as unknown as pg.Pool;
    try {
      await client.query('begin');
      expect(await findings(inTransaction)).toEqual([]);
      await client.query(triggersOff);
      await client.query(fill(statements));
      const found = (await findings(inTransaction)).map(({ subject, detail }) => `${subject}: ${detail}`);
      expect(found).toContainEqual(expect.stringMatching(patternOf(fill(expected))));
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

/** `*` stands for an id or a number. */
function patternOf(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '[\\w-]+'));
}

describe('the seals made anew by whoever changed the books', () => {
  let books: Books;
  let copies: SealCopy[];

  beforeAll(async () => {
    books = await openBooks();
    const { databaseUrl } = books.service;
    const published = await query<{ payload: string }>(
      databaseUrl,
      `select payload from journal.outbox where aggregatetype = 'ledger.seals' order by sequence`,
    );
    copies = published.map(({ payload }, n) => ({ position: `ledger.seals.v1[0]@${n}`, payload }));
    expect(await compared()).toEqual([]);
    await query(
      databaseUrl,
      `${triggersOff}; update journal.transactions set description = 'forged' where id = '${books.transaction}';
       delete from journal.seals`,
    );
    await sealJournal(books.pool);
  });
  afterAll(() => books.close());

  async function compared(): Promise<string[]> {
    const found: Finding[] = [];
    const find = (finding: Finding) => void found.push(finding);
    const { compare, findMissing, count } = copyComparer({ pool: books.pool, find, horizon: 10n ** 15n });
    await compare(copies);
    await findMissing();
    expect(count()).toBe(copies.length);
    return found.map(({ subject, detail }) => `${subject}: ${detail}`);
  }

  it('come to the books as they are', async () => {
    const found = (await findings(books.reader)).filter(isNoGuardOff);
    expect(found.filter(({ detail }) => !detail.includes('is not signed'))).toEqual([]);
  });

  it('lack the signature', async () => {
    expect((await findings(books.reader)).filter(isNoGuardOff)).toHaveLength(1);
  });

  it('differ from what was published', async () => {
    expect(await compared()).toEqual([
      'seal 1 of ledger main: is another one than was published: the journal was sealed anew (ledger.seals.v1[0]@0)',
      'seal 2 of ledger main: was published and is not in the journal (ledger.seals.v1[0]@1)',
    ]);
  });

  it('or were never published', async () => {
    const kept = copies;
    copies = [];
    await query(
      books.service.databaseUrl,
      `update journal.seals set sealed_at = sealed_at - interval '1 hour'`,
    );
    expect(await compared()).toEqual(['seal 1 of ledger main: is not on ledger.seals.v1']);
    copies = kept;
  });

  it('or say something else than they do', async () => {
    copies = copies.map((copy) => ({
      ...copy,
      payload: copy.payload.replace(/"records":\d+/, '"records":1'),
    }));
    expect((await compared())[0]).toMatch('is another one than was published');
  });
});

describe('counterfoil prove', () => {
  let books: Books;
  let proof: { status: number; stdout: string; stderr: string };

  beforeAll(async () => {
    books = await openBooks();
    proof = await prove(books.hold);
  });
  afterAll(() => books.close());

  const prove = (id: string) => counterfoil(['prove', id], { DATABASE_URL: books.service.databaseUrl });

  async function check(document: string, ...trusted: string[]): Promise<{ status: number; text: string }> {
    const file = join(folder, 'proof.json');
    await writeFile(file, document);
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['examples/proofs/check-inclusion.mjs', file, ...trusted],
        (error, out, err) => resolve({ status: error ? Number(error.code) : 0, text: out + err }),
      );
    });
  }

  it('prints what a third party can check with the public key, or with a hash that it kept', async () => {
    expect(proof.stderr).toBe('');
    const { seal } = JSON.parse(proof.stdout);
    const [published] = await seals(books.service.databaseUrl);
    expect(seal.hash).toBe(published!.hash);
    for (const trusted of [
      ['--public-key', publicKey],
      ['--seal', published!.hash!],
    ]) {
      const { status, text } = await check(proof.stdout, ...trusted);
      expect([status, text]).toEqual([0, expect.stringContaining(`proven: transaction ${books.hold}`)]);
      expect(text).toContain('alice debit 0 posted, 10 pending (minor units of USD)');
    }
  });

  test.each([
    [
      'another amount',
      (text: string) => text.replace('\\"pending\\":\\"10\\"', '\\"pending\\":\\"11\\"'),
      'not in the tree',
    ],
    [
      'another root',
      (text: string) => text.replace(/"root": "[0-9a-f]+/, `"root": "${'0'.repeat(64)}`),
      'not in the tree',
    ],
    [
      'another time',
      (text: string) => text.replace(/"sealed_at": "2/, '"sealed_at": "1'),
      'not signed with this key',
    ],
    [
      'no signature',
      (text: string) => text.replace(/"signature": "[^"]+"/, '"signature": null'),
      'not signed',
    ],
  ])('which fails with %s', async (_, forge, expected) => {
    const forged = forge(proof.stdout);
    expect(forged).not.toBe(proof.stdout);
    expect(await check(forged, '--public-key', publicKey)).toEqual({
      status: 1,
      text: expect.stringContaining(expected),
    });
  });

  it('nor by a seal that is cut into lines otherwise, nor for another kind of record', async () => {
    const document = JSON.parse(proof.stdout);
    const { seal } = document;
    const cut = { ...document, ledger: `main\nnumber ${seal.number}\nafter 0`, seal: { ...seal } };
    expect(await check(JSON.stringify(cut), '--public-key', publicKey)).toMatchObject({
      status: 1,
      text: 'this is no seal\n',
    });
    const [change] = await query<{ id: string; record: string }>(
      books.service.databaseUrl,
      `select record from journal.records(0, 100) where kind = 'account_change' order by sequence limit 1`,
    );
    const leaf = createHash('sha256').update(Buffer.of(0)).update(change!.record).digest('hex');
    const alone = { ...document, record: change!.record, path: [], seal: { ...seal, root: leaf } };
    const { status, text } = await check(
      JSON.stringify(alone),
      '--seal',
      hashOfShown(document.ledger, alone.seal),
    );
    expect([status, text]).toEqual([1, 'the record is no transaction of this ledger\n']);
  });

  function hashOfShown(ledger: string, seal: Record<string, never>): string {
    return hashOf({
      ...{
        ledger,
        number: seal.number!,
        afterSequence: seal.after_sequence!,
        throughSequence: seal.through_sequence!,
      },
      ...{
        records: seal.records!,
        root: Buffer.from(seal.root!, 'hex'),
        previous: Buffer.from(seal.previous!, 'hex'),
      },
      sealedAt: seal.sealed_at!,
    }).toString('hex');
  }

  it('says so of what is not sealed yet, not there, or no id', async () => {
    const { id } = await post(books.service.url, '/transfers', { from: 'cash', to: 'alice', amount: '1' });
    expect(await prove(id)).toMatchObject({
      status: 1,
      stderr: `counterfoil: transaction ${id} is not sealed yet\n`,
    });
    const none = '01994c3e-8f10-7c21-8a55-2f6e9b0d4c11';
    expect(await prove(none)).toMatchObject({
      status: 1,
      stderr: `counterfoil: there is no transaction ${none}\n`,
    });
    expect(await prove('order-1')).toMatchObject({ status: 2, stderr: expect.stringContaining('UUID') });
  });

  it('gives no proof of what is not what was sealed', async () => {
    await query(
      books.service.databaseUrl,
      `${triggersOff}; update journal.entries set posted = 5 where transaction_sequence =
         (select sequence from journal.transactions where id = '${books.transaction}')`,
    );
    const { status, stderr } = await prove(books.transaction);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is not what seal 1 closed')]);
  });
});

describe('the sealer', () => {
  it('seals what two processes record meanwhile, each record once', async () => {
    const settings = { SEAL_SECONDS: '1', SEAL_KEY_FILE: privateKey };
    const first = await startService(settings);
    const second = await startService(settings, first.databaseUrl);
    const pool = poolOf(first.databaseUrl, 'counterfoil_projector');
    try {
      for (const id of ['a', 'b', 'c']) {
        await post(first.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
      }
      const loads = [startLoad(first.url, ['a', 'b', 'c']), startLoad(second.url, ['c', 'b', 'a'])];
      await whileLoaded(loads[0]!, async () => void (await whileLoaded(loads[1]!, () => sleep(4_000))));
      await eventually(async () => {
        const [row] = await query<{ unsealed: string }>(
          first.databaseUrl,
          `select count(*) as unsealed from journal.transactions
           where sequence > (select max(through_sequence) from journal.seals)`,
        );
        expect(row!.unsealed).toBe('0');
      });
      expect(await findings(pool)).toEqual([]);
      expect((await seals(first.databaseUrl)).length).toBeGreaterThan(2);
      await eventually(async () => {
        expect(await (await fetch(`${first.url}/metrics`)).text()).toMatch(/^journal_sealed_sequence [1-9]/m);
      });
    } finally {
      await pool.end();
      await second.stop();
      await first.stop();
    }
  });

  it('waits for whoever drew a sequence and has not committed', async () => {
    const database = await createDatabase();
    const pool = poolOf(database.url);
    const reader = poolOf(database.url, 'counterfoil_projector');
    const writer = await pool.connect();
    const open = (id: string) =>
      `with a as (insert into journal.accounts (no, ledger, id, type, currency, status, metadata, revision, opened_at)
         values (nextval('journal.account_no'), 'main', '${id}', 'asset', 'USD', 'open', '{}', 1, now()) returning no)
       insert into journal.account_changes (account_no, revision, sequence, id, kind, status, metadata, recorded_at, principal)
       select no, 1, nextval('journal.sequence'), gen_random_uuid(), 'opened', 'open', '{}', now(), 'test' from a`;
    try {
      await writer.query('begin');
      await writer.query(open('slow'));
      await pool.query(open('quick'));
      expect(await sealJournal(pool)).toBe(0);
      await writer.query('commit');
      expect(await sealJournal(pool)).toBe(1);
      const { rows } = await pool.query('select cardinality(sequences) as records from journal.seals');
      expect(rows).toEqual([{ records: 2 }]);
      expect(await findings(reader, null)).toEqual([]);
    } finally {
      writer.release();
      await reader.end();
      await pool.end();
      await database.drop();
    }
  });

  it('is refused a key that is none', async () => {
    await expect(startService({ SEAL_KEY_FILE: publicKey })).rejects.toThrow(
      /^SEAL_KEY_FILE: .*can't be read as a key/,
    );
    await expect(startService({ SEAL_KEY_FILE: join(folder, 'none') })).rejects.toThrow('SEAL_KEY_FILE');
  });
});

describe('the text that is sealed', () => {
  it('is to the byte what it was when the format was made', async () => {
    const database = await createDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      // Whatever the session is set to.
      await client.query(
        `set timezone = 'Asia/Kathmandu'; set datestyle = 'German'; set bytea_output = 'escape'`,
      );
      await insertFixedRecords(client);
      const records = await readFixedRecords(client);
      const file = 'test/data/sealed-records.json';
      if (process.env.WRITE_BYTES) await writeFile(file, `${JSON.stringify(records, null, 2)}\n`);
      expect(records).toEqual(JSON.parse(await readFile(file, 'utf8')));
    } finally {
      await client.end();
      await database.drop();
    }
  });
});

describe('the tree', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const node = (left: Buffer, right: Buffer) =>
    createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();

  /** RFC 6962, 2.1: split at the greatest power of two below the size. */
  function rootByTheBook(leaves: Buffer[]): Buffer {
    if (leaves.length === 1) return leaves[0]!;
    const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
    return node(rootByTheBook(leaves.slice(0, split)), rootByTheBook(leaves.slice(split)));
  }

  test('is that of RFC 6962, and each path leads to its root', () => {
    for (let size = 1; size <= 65; size++) {
      const leaves = Array.from({ length: size }, (_, n) => hash(String(n)));
      const root = rootOf(leaves);
      expect(root).toEqual(rootByTheBook(leaves));
      leaves.forEach((leaf, index) => {
        const reached = pathOf(leaves, index).reduce(
          (at, { side, hash: other }) => (side === 'left' ? node(other, at) : node(at, other)),
          leaf,
        );
        expect(reached).toEqual(root);
      });
    }
  });

  test('a key is told by its id', () => {
    expect(readSigningKey(privateKey).id).toBe(readPublicKey(publicKey).id);
  });
});
