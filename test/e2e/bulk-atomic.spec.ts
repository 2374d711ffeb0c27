import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
let owner: pg.Client;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  for (const id of ['world', 'shop']) await client.open(id, { min_balance: null });
});

afterAll(async () => {
  await owner?.end();
  await service?.stop();
});

const open = (id: string, more: object = {}) => ({
  ...{ command: 'open_account', id, type: 'liability', currency: 'USD', min_balance: null },
  ...more,
});
const transfer = (more: object = {}) => ({
  command: 'transfer',
  from: 'world',
  to: 'shop',
  amount: '1',
  ...more,
});
const bulk = (commands: unknown[], key: string = randomUUID(), more: object = {}) =>
  client.post('bulk', { mode: 'atomic', commands, ...more }, { key });
const statuses = (body: Json): number[] => body.results.map(({ status }: Json) => status);
const version = async (id: string): Promise<number> => (await client.account(id)).version;

const conditional = [
  { account: 'world', side: 'debit', amount: '1', if: { version: 1_000_000 } },
  { account: 'shop', side: 'credit', amount: '1' },
];

/** Everything a command may leave behind. */
async function recorded(): Promise<Json> {
  const tables = ['accounts', 'account_changes', 'transactions', 'entries', 'outbox', 'open_holds'];
  const counts = tables.map((table) => `(select count(*) from journal.${table}) as ${table}`);
  return (await owner.query(`select ${counts.join(', ')}`)).rows[0];
}

describe('all of them', () => {
  test('accounts opened inside, holds captured later, reversals of what was made in the same bulk', async () => {
    const [hold, kept, order] = [randomUUID(), randomUUID(), randomUUID()];
    const { status, body, headers } = await bulk([
      open('in-a'),
      open('in-b', { min_balance: '0' }),
      transfer({ to: 'in-b', amount: '1000', id: order }),
      { command: 'hold', id: hold, from: 'in-b', to: 'shop', amount: '600', expires_in: 3600 },
      { command: 'capture', hold_id: hold, amount: '100', keep_open: true },
      { command: 'capture', hold_id: hold, amount: '200' },
      { command: 'hold', id: kept, from: 'in-b', to: 'in-a', amount: '50', expires_in: 3600 },
      { command: 'hold', from: 'in-b', to: 'in-a', amount: '5' },
      { command: 'void', hold_id: kept },
      { command: 'reverse', transaction_id: order, amount: '400' },
      {
        command: 'transaction',
        entries: ['debit', 'credit'].map((side) => ({ account: 'in-a', side, amount: '7' })),
      },
    ]);
    expect([status, headers.get('idempotent-replayed')]).toEqual([201, null]);
    expect(new Set(statuses(body))).toEqual(new Set([201]));
    expect(body.results[5].body).toMatchObject({ kind: 'capture', parent_id: hold });
    const { balances, version } = await client.account('in-b');
    expect([balances.posted.balance, balances.available, version]).toEqual(['300', '295', 8]);
    expect((await client.get(`transactions/${hold}`)).body.hold).toMatchObject({
      ...{ captured: '300', released: '300', remaining: '0' },
    });
  });

  test('as many as may be: 10,000 commands of 40,000 entries, and the same again', async () => {
    const accounts = Array.from({ length: 100 }, (_, n) => open(`many-${n}`));
    expect((await bulk(accounts)).status).toBe(201);
    const commands = Array.from({ length: 10_000 }, (_, n) => ({
      command: 'transaction',
      reference: `many-${n}`,
      entries: [0, 1, 2, 3].map((leg) => ({
        ...{ account: `many-${(n * 4 + leg) % 100}`, side: leg % 2 ? 'credit' : 'debit', amount: '5' },
      })),
    }));
    const key = randomUUID();
    const first = await bulk(commands, key);
    expect(first.status).toBe(201);
    expect(first.body.results).toHaveLength(10_000);
    expect(new Set(statuses(first.body))).toEqual(new Set([201]));
    expect(await version('many-0')).toBe(400);
    const again = await bulk(commands, key);
    expect([again.status, again.text === first.text]).toEqual([201, true]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await version('many-0')).toBe(400);
  });

  test('thousands of holds, which bring more with them than postings', async () => {
    const commands = Array.from({ length: 6_000 }, (_, n) => ({
      command: 'hold',
      from: 'world',
      to: 'shop',
      amount: String(n + 1),
    }));
    const { status, body } = await bulk(commands);
    expect([status, body.results?.length]).toEqual([201, 6_000]);
  }, 60_000);
});

describe('or none', () => {
  test('the first refusal is told with its index, and nothing of the others is left', async () => {
    const hold = (await client.post('holds', { from: 'world', to: 'shop', amount: '9', expires_in: 3600 }))
      .body;
    const before = await recorded();
    const id = randomUUID();
    const { status, body } = await bulk([
      open('out-a', { min_balance: '0' }),
      transfer({ to: 'out-a', amount: '10', id, reference: 'out' }),
      { command: 'hold', from: 'out-a', to: 'shop', amount: '10', expires_in: 3600 },
      { command: 'capture', hold_id: hold.id },
      transfer({ from: 'out-a' }),
      transfer({ to: 'nobody' }),
    ]);
    expect([status, body.code, body.index]).toEqual([422, 'BULK_REJECTED', 4]);
    expect(body.problem).toMatchObject({ code: 'INSUFFICIENT_FUNDS', status: 422, account: 'out-a' });
    expect(await recorded()).toEqual(before);
    // Id, reference, account and hold are free as before.
    const taken = [
      open('out-a'),
      transfer({ id, reference: 'out' }),
      { command: 'capture', hold_id: hold.id },
    ];
    expect((await bulk(taken)).status).toBe(201);
  });

  test('neighbours of the same moment are not touched by it', async () => {
    const before = await version('shop');
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        n % 3 === 0
          ? bulk([transfer(), transfer(), transfer({ to: 'nobody' })])
          : bulk([transfer(), transfer()]),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map((_, n) => (n % 3 === 0 ? 422 : 201)));
    expect(await version('shop')).toBe(before + 40);
  });

  test.each([
    ['a hold that is not there', { command: 'capture', hold_id: randomUUID() }, 'HOLD_NOT_FOUND'],
    [
      'a transaction that is not there',
      { command: 'reverse', transaction_id: randomUUID() },
      'TRANSACTION_NOT_FOUND',
    ],
    ['an account that is there', open('world'), 'ALREADY_EXISTS'],
    ['a condition', { command: 'transaction', entries: conditional }, 'CONDITION_FAILED'],
  ])('%s', async (_, command, code) => {
    const before = await recorded();
    const { status, body } = await bulk([transfer(), command]);
    expect([status, body.code, body.index, body.problem.code]).toEqual([422, 'BULK_REJECTED', 1, code]);
    expect(await recorded()).toEqual(before);
  });
});

describe('its key', () => {
  test('has the rejection: it is answered again although it would be taken now', async () => {
    const key = randomUUID();
    const commands = [transfer(), transfer({ to: 'late' })];
    const first = await bulk(commands, key);
    expect(first.body).toMatchObject({ code: 'BULK_REJECTED', index: 1 });
    await client.open('late', { min_balance: null });
    const again = await bulk(commands, key);
    expect([again.status, again.text]).toEqual([422, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await bulk(commands)).status).toBe(201);
  });

  test('when it was used, each command is compared: BULK_REJECTED for one that is another', async () => {
    const key = randomUUID();
    expect((await bulk([transfer(), transfer()], key)).status).toBe(201);
    const { status, body } = await bulk([transfer(), transfer({ amount: '2' })], key);
    expect([status, body.code, body.index]).toEqual([422, 'BULK_REJECTED', 1]);
    expect(body.problem.code).toBe('IDEMPOTENCY_MISMATCH');
  });

  test('keeps standing for what came under it first, taken or refused, whatever comes under it later', async () => {
    const taken = [transfer(), transfer()];
    const refused = [transfer(), transfer({ to: 'nobody' })];
    const longer = [...taken, transfer({ to: 'nobody' })];
    for (const commands of [taken, refused]) {
      const key = randomUUID();
      const first = await bulk(commands, key);
      for (const other of [taken, refused, longer, [transfer({ amount: '2' })]]) {
        if (other === commands) continue;
        await bulk(other, key);
        const again = await bulk(commands, key);
        expect([again.status, again.text]).toEqual([first.status, first.text]);
      }
    }
  });

  test('stands for those of its commands, but not for their own', async () => {
    const own = randomUUID();
    const key = randomUUID();
    const before = await version('shop');
    const first = await bulk([transfer({ idempotency_key: own }), transfer()], key);
    const replayed = await bulk([transfer({ idempotency_key: own })]);
    expect([replayed.status, replayed.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(replayed.body.results[0]).toEqual(first.body.results[0]);
    const mixed = await bulk([transfer(), transfer({ idempotency_key: own })]);
    expect([mixed.status, mixed.headers.get('idempotent-replayed')]).toEqual([201, null]);
    // The same commands as an independent bulk are the same commands.
    const commands = [transfer({ idempotency_key: own }), transfer()];
    const independent = await client.post('bulk', { mode: 'independent', commands }, { key });
    expect(independent.body).toEqual(first.body);
    expect(await version('shop')).toBe(before + 3);
  });

  test('twice within one bulk is one command, or a rejection', async () => {
    const own = randomUUID();
    const before = await version('shop');
    const { body } = await bulk([transfer({ idempotency_key: own }), transfer({ idempotency_key: own })]);
    expect(body.results[0]).toEqual(body.results[1]);
    expect(await version('shop')).toBe(before + 1);
    const other = await bulk([transfer(), transfer({ idempotency_key: own, amount: '2' })]);
    expect(other.body).toMatchObject({ code: 'BULK_REJECTED', index: 1 });
  });

  test('at once from two processes: once, and the same answer', async () => {
    const process = await startService({}, service.databaseUrl);
    const other = createClient(process.url);
    const before = await version('shop');
    for (let n = 0; n < 5; n++) {
      const key = randomUUID();
      const body = { mode: 'atomic', commands: Array.from({ length: 40 }, () => transfer()) };
      const replies = await Promise.all(
        [client, other, client, other].map((one) => one.post('bulk', body, { key })),
      );
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    }
    await process.stop();
    expect(await version('shop')).toBe(before + 200);
  });
});

describe('malformed commands', () => {
  test('make it a 400 with the path of each, before the ledger is looked for', async () => {
    const commands = [
      transfer({ amount: 'x', colour: 'red' }),
      7,
      { command: 'unheard' },
      transfer({ description: 'a\u0000b' }),
      transfer({ idempotency_key: 'é' }),
      { command: 'capture', hold_id: 'no' },
    ];
    for (const ledger of ['main', 'nope']) {
      const { status, body } = await client.post(`/v1/ledgers/${ledger}/bulk`, { mode: 'atomic', commands });
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(body.errors.map(({ path }: Json) => path).sort()).toEqual([
        ...['commands.0.amount', 'commands.0.colour', 'commands.1', 'commands.2.command'],
        ...['commands.3.description', 'commands.4.idempotency_key', 'commands.5.hold_id'],
      ]);
    }
  });

  test('are those that have the key of the whole for their own', async () => {
    const key = randomUUID();
    const { status, body } = await bulk([transfer(), transfer({ idempotency_key: key })], key);
    expect([status, body.errors[0].path]).toEqual([400, 'commands.1.idempotency_key']);
  });

  test('in a sound one to no ledger: 404', async () => {
    const body = { mode: 'atomic', commands: [transfer()] };
    const reply = await client.post('/v1/ledgers/nope/bulk', body);
    expect([reply.status, reply.body.code]).toEqual([404, 'LEDGER_NOT_FOUND']);
  });
});
