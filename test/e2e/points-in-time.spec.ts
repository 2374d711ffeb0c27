import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, type Client, type Json } from '../support/client.js';
import { openPastAccounts, recordHistory } from '../support/history.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';

let database: TestDatabase;
let owner: pg.Client;
let service: TestService;
let client: Client;
let numbers: Map<string, string>;

const ENTRIES = 3_000;

// Three transactions a recorded time, a third of them back-dated by up to 40 days or from a few minutes ahead, to whole
// hours: so there are ties of either time. Each fourth holds what the one before it and, of it, captures.
const history = `
select n, $1::bigint as debit, $2::bigint as credit,
  case n % 4 when 2 then 0 else 1 + (n - n % 2) % 97 end as posted,
  case n % 4 when 2 then 1 + (n - n % 2) % 97 when 3 then -(1 + (n - n % 2) % 97) else 0 end as pending,
  recorded_at,
  case when chance < 0.3 then date_trunc('hour', recorded_at - chance * 3200 * interval '1 hour')
    when chance < 0.35 then recorded_at + interval '4 minutes' else recorded_at end as effective_at
from (select n, random() as chance, '2024-01-01T00:00:00.123456Z'::timestamptz + (n / 3) * interval '1 hour' as recorded_at
      from generate_series(1, $3::int) n, (select setseed(0.42)) seed) r`;

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`set timezone = 'UTC'`);
  numbers = await openPastAccounts(owner, [
    { id: 'till', type: 'asset', currency: 'USD' },
    { id: 'shop', type: 'revenue', currency: 'USD' },
    { id: 'idle', type: 'revenue', currency: 'USD' },
  ]);
  await recordHistory(owner, history, [numbers.get('till'), numbers.get('shop'), ENTRIES]);
  service = await startService({}, database.url);
  // Holds are released before they are made here: some balances are none that the service would come to.
  client = createClient(service.url, 'main', undefined, { checked: false });
});

afterAll(async () => {
  await service?.stop();
  await owner?.end();
  await database?.drop();
});

interface Point {
  at?: string | undefined;
  recorded_at?: string | undefined;
}

const read = (id: string, point: Point & { consistency?: string; min_version?: string }) => {
  const given = Object.entries(point).filter(([, value]) => value !== undefined) as [string, string][];
  return client.get(`accounts/${id}?${new URLSearchParams(given)}`);
};

/** The same by adding up every entry. */
async function summed(id: string, { at = 'infinity', recorded_at = 'infinity' }: Point): Promise<Json> {
  const { rows } = await owner.query(
    `select coalesce(sum(posted) filter (where side = 'debit'), 0) as debits,
       coalesce(sum(posted) filter (where side = 'credit'), 0) as credits,
       coalesce(sum(pending) filter (where side = 'debit'), 0) as pending_debits,
       coalesce(sum(pending) filter (where side = 'credit'), 0) as pending_credits
     from journal.entries where account_no = $1 and effective_at <= $2 and recorded_at <= $3`,
    [numbers.get(id), at, recorded_at],
  );
  const { debits, credits, pending_debits, pending_credits } = rows[0];
  const [net, promised] =
    id === 'till'
      ? [BigInt(debits) - BigInt(credits), pending_credits]
      : [BigInt(credits) - BigInt(debits), pending_debits];
  return {
    posted: { debits, credits, balance: String(net) },
    pending: { debits: pending_debits, credits: pending_credits },
    available: String(net - BigInt(promised)),
  };
}

describe('a balance at a point in time', () => {
  it('is what adding up every entry comes to, for both times, back-dated entries and ties', async () => {
    // The very times of entries, their neighbours, and what lies between.
    const { rows } = await owner.query<{ effective: string; recorded: string }>(
      `select to_json(effective_at + nudge)#>>'{}' as effective, to_json(recorded_at + nudge)#>>'{}' as recorded
       from (select e.*, (array['0', '1 microsecond', '-1 microsecond', '17 minutes']::interval[])[1 + version % 4] as nudge
             from journal.entries e where account_no = $1 and version % 41 = 0) e order by version`,
      [numbers.get('till')],
    );
    expect(rows.length).toBeGreaterThan(70);
    for (const [index, { effective: at, recorded: recorded_at }] of rows.entries()) {
      const known = rows[(index * 31) % rows.length]!.recorded;
      const points: Point[] = [{ at }, { recorded_at }, { at, recorded_at }, { at, recorded_at: known }];
      for (const point of points) {
        for (const id of ['till', 'shop']) {
          const { status, body } = await read(id, point);
          expect({ id, point, status, balances: body.balances }).toEqual({
            id,
            point,
            status: 200,
            balances: await summed(id, point),
          });
        }
      }
    }
  });

  it('includes its own moment, with everything that shares it', async () => {
    const { rows } = await owner.query<{ at: string; before: string; ties: number }>(
      `select to_json(effective_at)#>>'{}' as at, to_json(effective_at - interval '1 microsecond')#>>'{}' as before,
         count(*)::int as ties
       from journal.entries where account_no = $1 and posted > 0 group by effective_at order by 3 desc limit 1`,
      [numbers.get('till')],
    );
    const { at, before, ties } = rows[0]!;
    expect(ties).toBeGreaterThan(2);
    const [then, earlier] = [await read('till', { at }), await read('till', { at: before })];
    const { rows: added } = await owner.query<{ sum: string }>(
      'select sum(posted) from journal.entries where account_no = $1 and effective_at = $2',
      [numbers.get('till'), at],
    );
    const debits = (reply: typeof then) => BigInt(reply.body.balances.posted.debits);
    expect(debits(then) - debits(earlier)).toBe(BigInt(added[0]!.sum));
  });

  it('of before the first entry is zero, and of after the last is the present one', async () => {
    const nothing = {
      posted: { debits: '0', credits: '0', balance: '0' },
      pending: { debits: '0', credits: '0' },
      available: '0',
    };
    for (const point of [
      { at: '1900-01-01T00:00:00Z' },
      { recorded_at: '1900-01-01T00:00:00Z' },
      { recorded_at: '2024-01-01T00:00:00Z', at: '2100-01-01T00:00:00Z' },
    ]) {
      expect((await read('till', point)).body).toMatchObject({ version: 0, balances: nothing });
    }
    expect((await read('idle', { at: '2025-01-01T00:00:00Z' })).body).toMatchObject({
      version: 0,
      balances: nothing,
    });
    const now = await client.account('till');
    expect((await read('till', { at: '2199-12-31T23:59:59.999999Z' })).body).toEqual(now);
    expect((await read('till', { recorded_at: '2025-01-01T00:00:00Z' })).body).toEqual(now);
  });

  it('bears the version of then: at recorded_at its own, at a time of effect the last one wholly before', async () => {
    const { rows } = await owner.query<{ at: string; version: string; settled: string }>(
      `select to_json(recorded_at)#>>'{}' as at, max(version) as version,
         (select max(o.version) from journal.entries o
          where o.account_no = $1 and o.max_effective_at <= e.recorded_at) as settled
       from journal.entries e where account_no = $1 and recorded_at >= '2024-01-20Z'
       group by recorded_at order by recorded_at limit 20`,
      [numbers.get('till')],
    );
    for (const { at, version, settled } of rows) {
      expect((await read('till', { recorded_at: at })).body.version).toBe(Number(version));
      expect((await read('till', { at })).body.version).toBe(Number(settled));
    }
  });

  it('changes with a transaction that is back-dated before it, but not as it was known then', async () => {
    const then = { at: '2024-01-15T12:00:00Z', recorded_at: '2024-01-15T12:00:00Z' };
    const [known, before] = [await read('shop', then), await read('shop', { at: then.at })];
    const posted = await client.post('transactions', {
      effective_at: '2024-01-15T12:00:00Z',
      entries: [
        { account: 'till', side: 'debit', amount: '1000000' },
        { account: 'shop', side: 'credit', amount: '1000000' },
      ],
    });
    expect(posted.status).toBe(201);
    const after = await read('shop', { at: then.at });
    expect(BigInt(after.body.balances.posted.credits)).toBe(
      BigInt(before.body.balances.posted.credits) + 1_000_000n,
    );
    expect(after.body.version).toBe(before.body.version);
    expect((await read('shop', then)).body).toEqual(known.body);
    expect((await read('shop', { at: '2024-01-15T11:59:59.999999Z' })).body.balances).toEqual(
      await summed('shop', { at: '2024-01-15T11:59:59.999999Z' }),
    );
  });

  it('comes with the account as it is now, and its ETag; neither consistency nor min_version matters', async () => {
    await client.send('PATCH', 'accounts/till', { metadata: { counted: true } });
    const now = await client.account('till');
    const at = '2024-01-15T12:00:00Z';
    const past = await read('till', { at });
    const { balances, ...rest } = past.body;
    expect(rest).toEqual({ ...now, version: rest.version, balances: undefined });
    expect(rest.version).toBeLessThan(now.version);
    expect(balances).not.toEqual(now.balances);
    expect(past.headers.get('etag')).toBe(`"${now.revision}"`);
    const eventual = await read('till', { at, consistency: 'eventual', min_version: '999999999' });
    expect([eventual.status, eventual.body]).toEqual([200, past.body]);
  });
});

describe('a point in time that is refused', () => {
  const seconds = async (ago: number): Promise<string> => {
    const { rows } = await owner.query<{ time: string }>(
      `select to_json(clock_timestamp() - make_interval(secs => $1))#>>'{}' as time`,
      [ago],
    );
    return rows[0]!.time;
  };

  it('is recorded_at within the last ten seconds or in the future, even of what does not exist', async () => {
    const unknown = createClient(service.url, 'nowhere');
    for (const ago of [5, 0, -3600]) {
      const recorded_at = await seconds(ago);
      const query = new URLSearchParams({ recorded_at });
      for (const { status, body } of [
        await read('till', { recorded_at }),
        await read('nobody', { recorded_at, at: '2024-01-01T00:00:00Z' }),
        await unknown.get(`accounts/till?${query}`),
      ]) {
        expect([status, body.code, body.errors[0].path]).toEqual([400, 'VALIDATION_FAILED', 'recorded_at']);
      }
    }
    expect((await read('till', { recorded_at: await seconds(10) })).status).toBe(200);
  });

  it.each(['at', 'recorded_at'])('is %s that is no time', async (name) => {
    for (const value of ['yesterday', '2024-01-01', '', '2024-02-30T00:00:00Z', '1800-01-01T00:00:00Z']) {
      const { status, body } = await read('till', { [name]: value });
      expect([value, status, body.code, body.errors?.[0]?.path]).toEqual([
        value,
        400,
        'VALIDATION_FAILED',
        name,
      ]);
    }
    const twice = await client.get(`accounts/till?${name}=2024-01-01T00:00:00Z&${name}=2024-01-02T00:00:00Z`);
    expect(twice.status).toBe(400);
  });

  it('is one of an account or ledger that does not exist', async () => {
    const at = { at: '2024-01-01T00:00:00Z' };
    expect((await read('nobody', at)).body).toMatchObject({ status: 404, code: 'ACCOUNT_NOT_FOUND' });
    const nowhere = await createClient(service.url, 'nowhere').get(
      `accounts/till?${new URLSearchParams(at)}`,
    );
    expect(nowhere.body).toMatchObject({ status: 404, code: 'LEDGER_NOT_FOUND' });
  });
});
