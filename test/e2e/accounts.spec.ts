import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Json, type Reply } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const code = ({ status, body }: Reply) => [status, body.code];
let count = 0;
const openOne = async (fields: object = {}): Promise<string> =>
  (await client.open(`acc${++count}`, fields)).id;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  await client.open('world', { min_balance: null });
});

afterAll(() => service?.stop());

describe('ledgers', () => {
  test('main exists from the start; PUT makes one, or replaces what is said of it', async () => {
    expect((await client.get('/v1/ledgers/main')).body).toMatchObject({ id: 'main' });
    const made = await client.send('PUT', '/v1/ledgers/eu', { description: 'Europe', metadata: { a: 1 } });
    expect([made.status, made.body]).toEqual([
      201,
      { id: 'eu', description: 'Europe', metadata: { a: 1 }, created_at: expect.stringMatching(TIME) },
    ]);
    const replaced = await client.send('PUT', '/v1/ledgers/eu', {});
    expect([replaced.status, replaced.body]).toEqual([
      200,
      { ...made.body, description: null, metadata: {} },
    ]);
    expect((await client.get('/v1/ledgers/eu')).body).toEqual(replaced.body);
    expect(code(await client.get('/v1/ledgers/nowhere'))).toEqual([404, 'LEDGER_NOT_FOUND']);
  });

  test('lists them newest first, by pages', async () => {
    for (const id of ['l1', 'l2', 'l3']) await client.send('PUT', `/v1/ledgers/${id}`, {});
    const all = (await client.get('/v1/ledgers')).body.data.map(({ id }: Json) => id);
    expect(all.slice(0, 3)).toEqual(['l3', 'l2', 'l1']);
    const seen: string[] = [];
    for (let cursor = ''; cursor !== null;) {
      const { body }: Reply = await client.get(`/v1/ledgers?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ id }: Json) => id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(all);
  });
});

describe('opening and reading', () => {
  test('answers with the account and its revision as ETag; a read says the same', async () => {
    const reply = await client.post('accounts', {
      id: 'A.b_c:d@e-1',
      type: 'revenue',
      currency: 'BTC/8',
      metadata: { tier: 'gold' },
    });
    expect([reply.status, reply.headers.get('etag')]).toEqual([201, '"1"']);
    expect(reply.body).toEqual({
      id: 'A.b_c:d@e-1',
      ledger: 'main',
      type: 'revenue',
      normal_side: 'credit',
      currency: 'BTC/8',
      status: 'open',
      min_balance: '0',
      max_balance: null,
      metadata: { tier: 'gold' },
      version: 0,
      revision: 1,
      balances: {
        posted: { debits: '0', credits: '0', balance: '0' },
        pending: { debits: '0', credits: '0' },
        available: '0',
      },
      opened_at: expect.stringMatching(TIME),
    });
    const read = await client.get('accounts/A.b_c:d@e-1');
    expect([read.status, read.headers.get('etag'), read.body]).toEqual([200, '"1"', reply.body]);
    expect((await client.get('accounts/A.b_c%3Ad%40e-1')).body).toEqual(reply.body);
  });

  test.each([
    ['asset', 'debit'],
    ['expense', 'debit'],
    ['liability', 'credit'],
    ['equity', 'credit'],
    ['revenue', 'credit'],
  ])('an account of type %s grows on its %s side', async (type, side) => {
    const id = await openOne({ type, min_balance: null, max_balance: -5 });
    const account = await client.account(id);
    expect([account.normal_side, account.min_balance, account.max_balance]).toEqual([side, null, '-5']);
  });

  test('refused: an id that is used, a ledger or account that is not there', async () => {
    const id = await openOne();
    const again = await client.post('accounts', { id, type: 'asset', currency: 'USD' });
    expect([...code(again), again.body.account]).toEqual([409, 'ALREADY_EXISTS', id]);
    const nowhere = createClient(service.url, 'nowhere');
    expect(code(await nowhere.post('accounts', { id: 'x', type: 'asset', currency: 'USD' }))).toEqual([
      404,
      'LEDGER_NOT_FOUND',
    ]);
    for (const path of ['accounts', 'accounts/x', 'accounts/x/entries', 'accounts/x/statement'])
      expect(code(await nowhere.get(path))).toEqual([404, 'LEDGER_NOT_FOUND']);
    for (const path of [
      'accounts/ghost',
      'accounts/ghost/entries',
      'accounts/ghost/statement',
      'accounts/ghost?consistency=eventual',
    ]) {
      const reply = await client.get(path);
      expect([...code(reply), reply.body.account]).toEqual([404, 'ACCOUNT_NOT_FOUND', 'ghost']);
    }
  });

  test('a strong read shows what was just posted; an eventual one never less than min_version', async () => {
    const id = await openOne();
    for (let version = 1; version <= 5; version++) {
      await client.transfer('world', id, 10);
      expect((await client.account(id)).version).toBe(version);
      expect(
        (await client.get(`accounts/${id}?consistency=strong&min_version=${version}`)).body.version,
      ).toBe(version);
      const { body } = await client.get(`accounts/${id}?consistency=eventual&min_version=${version}`);
      expect([body.version, body.balances.posted.balance]).toEqual([version, String(version * 10)]);
      const lines = await client.get(`accounts/${id}/entries?consistency=eventual&min_version=${version}`);
      expect(lines.body.data).toHaveLength(version);
      const statement = await client.get(
        `accounts/${id}/statement?consistency=eventual&min_version=${version}`,
      );
      expect(statement.body.closing).toBe(String(version * 10));
    }
    await eventually(
      async () => (await client.get(`accounts/${id}?consistency=eventual`)).body.version === 5,
    );
    expect((await client.get(`accounts/${id}?consistency=eventual`)).body).toEqual(await client.account(id));
  });

  test('min_version is kept to though the read model stands still', async () => {
    const id = await openOne();
    await client.transfer('world', id, 10);
    const eventual = `accounts/${id}?consistency=eventual`;
    await eventually(async () => (await client.get(eventual)).body.version === 1);
    const database = new pg.Client({ connectionString: service.databaseUrl });
    await database.connect();
    await database.query('begin');
    try {
      // Nobody applies anything while its checkpoint is held.
      await database.query('select from projections.checkpoints for update');
      await client.transfer('world', id, 10);
      expect((await client.get(eventual)).body.version).toBe(1);
      expect((await client.get(`${eventual}&min_version=1`)).body.version).toBe(1);
      expect((await client.get(`${eventual}&min_version=2`)).body.version).toBe(2);
    } finally {
      await database.end();
    }
  });
});

describe('changing', () => {
  const patch = (id: string, body: object, ifMatch?: string) =>
    client.send(
      'PATCH',
      `accounts/${id}`,
      body,
      ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } },
    );

  test('metadata by merge patch, limits by value; a read after it shows it', async () => {
    const id = await openOne({ metadata: { keep: 1, drop: 2, deep: { a: 1, b: 2 } }, max_balance: '100' });
    const reply = await patch(id, {
      metadata: { drop: null, deep: { b: null, c: 3 }, list: [1, null] },
      min_balance: -50,
    });
    expect([reply.status, reply.headers.get('etag')]).toEqual([200, '"2"']);
    expect(reply.body).toMatchObject({
      metadata: { keep: 1, deep: { a: 1, c: 3 }, list: [1, null] },
      min_balance: '-50',
      max_balance: '100',
      revision: 2,
    });
    expect(reply.body.metadata).not.toHaveProperty('drop');
    expect(await client.account(id)).toEqual(reply.body);
    expect((await patch(id, { max_balance: null })).body).toMatchObject({
      max_balance: null,
      min_balance: '-50',
      revision: 3,
    });
    expect((await patch(id, {})).body.revision).toBe(3);
  });

  test('If-Match guards against a change in between', async () => {
    const id = await openOne();
    expect((await patch(id, { metadata: { a: 1 } }, '"1"')).status).toBe(200);
    const stale = await patch(id, { metadata: { a: 2 } }, '"1"');
    expect([...code(stale), stale.body.account, stale.body.revision]).toEqual([
      412,
      'REVISION_MISMATCH',
      id,
      2,
    ]);
    expect((await patch(id, { metadata: { a: 3 } }, '*')).body.revision).toBe(3);
    expect((await client.account(id)).metadata).toEqual({ a: 3 });
  });

  test.each([
    ['one of several', '"9", "1"', 200],
    ['with spaces around', ' "1" ', 200],
    ['that is not the present one', '"2", "11"', 412],
    ['that is none of ours', '"abc"', 412],
    ['with a zero before it', '"01"', 412],
    ['that is weak: If-Match compares strongly', 'W/"1"', 412],
  ])('an If-Match %s: %s', async (_, tag, status) => {
    const id = await openOne();
    expect((await patch(id, { metadata: { a: 1 } }, tag)).status).toBe(status);
    expect((await client.account(id)).revision).toBe(status === 200 ? 2 : 1);
  });

  test('limits of one body that cross are wrong whatever the account is', async () => {
    const crossed = { min_balance: '5', max_balance: '1' };
    expect(code(await patch('ghost', crossed))).toEqual([400, 'VALIDATION_FAILED']);
    expect(code(await patch(await openOne(), crossed, '"7"'))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('the ETag is the revision, whatever the metadata say', async () => {
    const body = { id: 'etag', type: 'asset', currency: 'USD', metadata: { revision: 77 } };
    const etags = [await client.post('accounts', body), await patch('etag', { metadata: { a: 1 } })];
    etags.push(await client.post('accounts/etag/freeze'), await client.get('accounts/etag'));
    expect(etags.map(({ headers }) => headers.get('etag'))).toEqual(['"1"', '"2"', '"3"', '"3"']);
  });

  test('refused: limits that cross, metadata that grows too large, accounts that are not there or closed', async () => {
    const id = await openOne({ max_balance: '10', metadata: { a: 'x'.repeat(10_000) } });
    expect(code(await patch(id, { min_balance: '11' }))).toEqual([400, 'VALIDATION_FAILED']);
    expect(code(await patch(id, { metadata: { b: 'x'.repeat(10_000) } }))).toEqual([
      400,
      'VALIDATION_FAILED',
    ]);
    expect((await client.account(id)).revision).toBe(1);
    expect(code(await patch('ghost', {}))).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    await client.post(`accounts/${id}/close`);
    expect(code(await patch(id, { metadata: { a: 1 } }, '"1"'))).toEqual([412, 'REVISION_MISMATCH']);
    expect(code(await patch(id, { metadata: { a: 1 } }))).toEqual([409, 'ACCOUNT_CLOSED']);
  });

  test('freeze, unfreeze, close: each changes the revision once; again is 200 and changes nothing', async () => {
    const id = await openOne();
    const act = (action: string) => client.post(`accounts/${id}/${action}`);
    for (const [action, status, revision] of [
      ['unfreeze', 'open', 1],
      ['freeze', 'frozen', 2],
      ['freeze', 'frozen', 2],
      ['unfreeze', 'open', 3],
      ['unfreeze', 'open', 3],
      ['freeze', 'frozen', 4],
      ['close', 'closed', 5],
      ['close', 'closed', 5],
    ] as const) {
      const reply = await act(action);
      expect([reply.status, reply.body.status, reply.body.revision, reply.headers.get('etag')]).toEqual([
        200,
        status,
        revision,
        `"${revision}"`,
      ]);
    }
    for (const action of ['freeze', 'unfreeze']) {
      const reply = await act(action);
      expect([...code(reply), reply.body.account]).toEqual([409, 'ACCOUNT_CLOSED', id]);
    }
    expect((await client.get(`accounts/${id}`)).body.status).toBe('closed');
    expect(code(await client.post('accounts/ghost/freeze'))).toEqual([404, 'ACCOUNT_NOT_FOUND']);
  });

  test('only an empty account can be closed', async () => {
    const id = await openOne();
    await client.transfer('world', id, 5);
    const refused = await client.post(`accounts/${id}/close`);
    expect([...code(refused), refused.body.account, refused.body.balance]).toEqual([
      409,
      'ACCOUNT_NOT_EMPTY',
      id,
      '5',
    ]);
    await client.transfer(id, 'world', 5);
    expect((await client.post(`accounts/${id}/close`)).status).toBe(200);
    expect((await client.get(`accounts/${id}/entries`)).body.data).toHaveLength(2);
  });

  test('each change is kept, with who and when', async () => {
    const id = await openOne();
    await patch(id, { metadata: { a: 1 } });
    await client.post(`accounts/${id}/freeze`);
    const database = new pg.Client({ connectionString: service.databaseUrl });
    await database.connect();
    try {
      const { rows } = await database.query(
        `select c.revision, c.kind, c.status, c.metadata, c.principal, (select count(*)::int from journal.outbox o where o.event_id = c.id::text) as events
         from journal.account_changes c join journal.accounts a on a.no = c.account_no where a.id = $1 order by 1`,
        [id],
      );
      expect(rows).toEqual([
        { revision: 1, kind: 'opened', status: 'open', metadata: {}, principal: 'anonymous', events: 1 },
        {
          revision: 2,
          kind: 'updated',
          status: 'open',
          metadata: { a: 1 },
          principal: 'anonymous',
          events: 1,
        },
        {
          revision: 3,
          kind: 'frozen',
          status: 'frozen',
          metadata: { a: 1 },
          principal: 'anonymous',
          events: 1,
        },
      ]);
    } finally {
      await database.end();
    }
  });
});

describe('lists of accounts', () => {
  let listed: Client;
  beforeAll(async () => {
    await client.send('PUT', '/v1/ledgers/listed', {});
    listed = createClient(service.url, 'listed');
    await listed.open('world', { min_balance: null });
    await listed.open('a1', { metadata: { tier: 'gold', n: 1 } });
    await listed.open('a2', { metadata: { tier: 'gold' } });
    await listed.open('a_3', { type: 'asset', min_balance: null });
    await listed.open('b1', { currency: 'EUR', metadata: { tier: 'tin' } });
    await listed.post('accounts/b1/freeze');
    await listed.transfer('world', 'a1', 100);
    await listed.transfer('world', 'a2', 50);
    await eventually(async () => (await listed.get('accounts?balance[eq]=50')).body.data.length === 1);
  });

  test.each([
    ['', ['b1', 'a_3', 'a2', 'a1', 'world']],
    ['type=asset', ['a_3']],
    ['currency=EUR', ['b1']],
    ['status=frozen', ['b1']],
    ['status=closed', []],
    ['id_prefix=a', ['a_3', 'a2', 'a1']],
    ['id_prefix=a_', ['a_3']],
    ['metadata[tier]=gold', ['a2', 'a1']],
    ['metadata[tier]=gold&balance[gt]=50', ['a1']],
    ['balance[lt]=0', ['world']],
    ['balance[eq]=-150', ['world']],
    ['balance[gte]=50&balance[lte]=100', ['a2', 'a1']],
    ['balance[gt]=50&balance[lt]=100', []],
  ])('%p', async (query, ids) => {
    const { status, body } = await listed.get(`accounts?${query}`);
    expect([status, body.data.map(({ id }: Json) => id)]).toEqual([200, ids]);
    expect(body.next_cursor).toBeNull();
  });

  test('rows are whole accounts, page by page, and a page is not shifted by new accounts', async () => {
    const seen: Json[] = [];
    let n = 0;
    for (let cursor = ''; cursor !== null;) {
      const { body }: Reply = await listed.get(`accounts?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data);
      cursor = body.next_cursor;
      await listed.open(`later${++n}`, { currency: 'EUR', type: 'equity' });
    }
    expect(seen.map(({ id }) => id)).toEqual(['b1', 'a_3', 'a2', 'a1', 'world']);
    for (const account of seen) expect(account).toEqual(await listed.account(account.id));
  });
});

describe('entries and statement', () => {
  let id: string;
  const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000000Z`;
  // Recorded in this order, effective on another day of March: some are back-dated.
  const posted = [
    { on: 10, amount: 1000 },
    { on: 20, amount: -300 },
    { on: 5, amount: 70 },
    { on: 15, amount: -20 },
    { on: 20, amount: 5 },
    { on: 1, amount: 1 },
    { on: 25, amount: 44 },
  ];
  const transactions: Json[] = [];

  beforeAll(async () => {
    id = await openOne({ min_balance: null });
    for (const [i, { on, amount }] of posted.entries()) {
      const [from, to] = amount > 0 ? ['world', id] : [id, 'world'];
      const more = {
        effective_at: day(on),
        reference: `st-${i}`,
        description: i === 1 ? '=1+1, "quoted"\nnext' : undefined,
      };
      transactions.push((await client.transfer(from!, to!, Math.abs(amount), more)).body);
    }
  });

  const order = [5, 2, 0, 3, 1, 4, 6];
  const lines = () => {
    let balance = 0;
    return order.map((i) => {
      balance += posted[i]!.amount;
      return {
        version: i + 1,
        transaction_id: transactions[i].id,
        kind: 'posting',
        side: posted[i]!.amount > 0 ? 'credit' : 'debit',
        amount: String(Math.abs(posted[i]!.amount)),
        reference: `st-${i}`,
        description: i === 1 ? '=1+1, "quoted"\nnext' : null,
        effective_at: day(posted[i]!.on),
        recorded_at: transactions[i].recorded_at,
        balance: String(balance),
      };
    });
  };

  describe.each(['', 'consistency=eventual&min_version=7&'])('%p', (mode) => {
    const statement = (query = '') => client.get(`accounts/${id}/statement?${mode}${query}`);

    test('a statement goes by effective time, with back-dated transactions in their place', async () => {
      const { status, body } = await statement();
      expect(status).toBe(200);
      expect(body).toEqual({
        account: id,
        currency: 'USD',
        from: day(1),
        to: expect.stringMatching(TIME),
        opening: '0',
        lines: lines(),
        closing: '800',
        next_cursor: null,
      });
    });

    test('a range takes its start and leaves out its end', async () => {
      const all = lines();
      for (const [from, to] of [
        [1, 31],
        [5, 20],
        [6, 20],
        [20, 25],
        [2, 3],
        [25, 26],
        [28, 30],
      ] as const) {
        const { body } = await statement(`from=${day(from)}&to=${day(to)}`);
        const within = all.filter(({ effective_at: at }) => at >= day(from) && at < day(to));
        const before = all.filter(({ effective_at: at }) => at < day(from));
        const opening = before.at(-1)?.balance ?? '0';
        expect([body.opening, body.lines, body.closing]).toEqual([
          opening,
          within,
          within.at(-1)?.balance ?? opening,
        ]);
      }
    });

    test('pages make up the whole; opening and closing are those of the whole', async () => {
      for (const limit of [1, 2, 3]) {
        const seen: Json[] = [];
        for (let cursor = ''; cursor !== null;) {
          const { body }: Reply = await statement(`limit=${limit}${cursor && `&cursor=${cursor}`}`);
          expect([body.opening, body.closing]).toEqual(['0', '800']);
          expect(body.lines.length).toBeLessThanOrEqual(limit);
          seen.push(...body.lines);
          cursor = body.next_cursor;
        }
        expect(seen).toEqual(lines());
      }
    });

    test('entries go by recorded time, newest first, by pages and ranges', async () => {
      const entries = (query = '') => client.get(`accounts/${id}/entries?${mode}${query}`);
      const all = (await entries()).body.data;
      expect(all.map(({ version }: Json) => version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect(all[5]).toEqual({
        account: id,
        version: 2,
        transaction_id: transactions[1].id,
        kind: 'posting',
        leg: 1,
        side: 'debit',
        posted: '300',
        pending: '0',
        balances: {
          posted: { debits: '300', credits: '1000', balance: '700' },
          pending: { debits: '0', credits: '0' },
          available: '700',
        },
        effective_at: day(20),
        recorded_at: transactions[1].recorded_at,
      });
      const seen: Json[] = [];
      for (let cursor = ''; cursor !== null;) {
        const { body }: Reply = await entries(`limit=3${cursor && `&cursor=${cursor}`}`);
        seen.push(...body.data);
        cursor = body.next_cursor;
      }
      expect(seen).toEqual(all);
      const range = await entries(`from=${transactions[2].recorded_at}&to=${transactions[4].recorded_at}`);
      expect(range.body.data.map(({ version }: Json) => version)).toEqual([4, 3]);
    });

    test.each([
      ['text/csv;q=0, application/json', 'application/json'],
      ['application/json, text/csv;q=0.1', 'application/json'],
      ['*/*', 'application/json'],
      ['text/html', 'text/html'],
      ['TEXT/CSV', 'text/csv'],
      ['text/csv; charset=utf-8, */*;q=0.1', 'text/csv'],
    ])('Accept: %s is answered as %s', async (accept, type) => {
      const { headers } = await client.get(`accounts/${id}/statement?${mode}`, { accept });
      expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      expect(headers.get('vary')).toBe('accept');
    });

    test('as CSV: decimals, quoted where needed, formulas defused', async () => {
      const response = await fetch(`${service.url}/v1/ledgers/main/accounts/${id}/statement?${mode}`, {
        headers: { accept: 'text/csv' },
      });
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const [t0, t1] = [transactions[5].id, transactions[1].id];
      const text = await response.text();
      expect(text.split('\r\n').slice(0, 3)).toEqual([
        'effective_at,transaction_id,kind,reference,description,debit,credit,balance',
        `${day(1)},,,,Opening balance,,,0.00`,
        `${day(1)},${t0},posting,st-5,,,0.01,0.01`,
      ]);
      expect(text).toContain(`${day(20)},${t1},posting,st-1,"'=1+1, ""quoted""\nnext",3.00,,7.51\r\n`);
      expect(text.endsWith('\r\n')).toBe(true);
    });
  });

  test('what is recorded while paging does not shift the pages', async () => {
    const account = await openOne();
    for (let i = 0; i < 4; i++) await client.transfer('world', account, 1, { effective_at: day(10 + i) });
    const first = (await client.get(`accounts/${account}/statement?limit=2`)).body;
    await client.transfer('world', account, 500, { effective_at: day(1) });
    const second = (await client.get(`accounts/${account}/statement?limit=2&cursor=${first.next_cursor}`))
      .body;
    expect([...first.lines, ...second.lines].map(({ balance }: Json) => balance)).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    expect([first.closing, second.closing, second.next_cursor]).toEqual(['4', '4', null]);
    expect((await client.get(`accounts/${account}/statement`)).body.closing).toBe('504');
  });

  test('an account without entries has an empty statement', async () => {
    const account = await openOne();
    const { body } = await client.get(`accounts/${account}/statement`);
    expect([body.opening, body.lines, body.closing, body.next_cursor]).toEqual(['0', [], '0', null]);
  });

  test('decimals are those of the currency', async () => {
    for (const [currency, expected] of [
      ['JPY', '1234567'],
      ['KWD', '1234.567'],
      ['BTC/8', '0.01234567'],
      ['X1/0', '1234567'],
    ] as const) {
      const [from, to] = [await openOne({ currency, min_balance: null }), await openOne({ currency })];
      await client.transfer(from, to, 1234567);
      const response = await fetch(`${service.url}/v1/ledgers/main/accounts/${to}/statement`, {
        headers: { accept: 'text/csv' },
      });
      expect((await response.text()).split('\r\n')[2]!.split(',').slice(5)).toEqual(['', expected, expected]);
    }
  });
});
