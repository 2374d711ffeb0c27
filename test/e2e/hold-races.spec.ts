import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Json, type Reply } from '../support/client.js';
import { atOnce, expectSoundBooks, tally } from '../support/races.js';
import { startService, type TestService } from '../support/service.js';

let services: TestService[];
let clients: [Client, Client];
let database: pg.Client;
let client: Client;

beforeAll(async () => {
  const one = await startService({ WRITERS: '4' });
  services = [one, await startService({ WRITERS: '4' }, one.databaseUrl)];
  clients = services.map(({ url }) => createClient(url)) as [Client, Client];
  client = clients[0];
  database = new pg.Client({ connectionString: one.databaseUrl });
  await database.connect();
  await client.open('world', { min_balance: null });
});

afterAll(async () => {
  await database?.end();
  for (const service of [...(services ?? [])].reverse()) await service.stop();
});

const closed = /^(captured|voided|expired)$/;

async function held(from: string, to: string, amount: number, more: object = {}): Promise<string> {
  const { status, body, text } = await client.post('holds', { from, to, amount, ...more });
  if (status !== 201) throw new Error(text);
  return body.id;
}

const holdOf = async (id: string): Promise<Json> => (await client.get(`transactions/${id}`)).body;

describe('captures, voids and expiry of the same holds, from two processes', () => {
  const HOLDS = 24;
  // Every third is too much to be taken in time, and is left open until it expires.
  const lasts = (n: number) => n % 3 === 0;
  const amountOf = (n: number) => (lasts(n) ? 1_000_000 : 100);
  let holds: string[];
  let replies: Reply[];

  beforeAll(async () => {
    await client.open('buyer');
    await client.open('seller');
    await client.transfer('world', 'buyer', 1_000_000 * HOLDS);
    holds = await Promise.all(
      Array.from({ length: HOLDS }, (_, n) =>
        held('buyer', 'seller', amountOf(n), { expires_in: 1 + (n % 4) }),
      ),
    );
    const until = Date.now() + 4_000;
    replies = [];
    for (let round = 0; Date.now() < until; round += 1) {
      const some = await atOnce(clients, HOLDS, HOLDS, (on, i) => {
        const n = (i + round) % HOLDS;
        const hold = holds[n]!;
        if ((i + round) % 11 === 7 && !lasts(n)) return on.post(`holds/${hold}/void`);
        return on.post(`holds/${hold}/capture`, { amount: 1 + (i % 3), keep_open: lasts(n) || i % 7 !== 5 });
      });
      replies.push(...some);
    }
    await eventually(async () => {
      const states = await Promise.all(holds.map(holdOf));
      return states.every(({ status }) => closed.test(status));
    });
  }, 60_000);

  it('are answered 201 or by a refusal that says what came first', () => {
    const codes = Object.keys(tally(replies));
    const allowed = ['201', 'HOLD_EXPIRED', 'HOLD_NOT_OPEN', 'CAPTURE_EXCEEDS_HOLD'];
    expect(codes.filter((code) => !allowed.includes(code))).toEqual([]);
    expect(codes).toEqual(expect.arrayContaining(['201', 'HOLD_EXPIRED', 'HOLD_NOT_OPEN']));
  });

  it('leave each hold closed once, with what the answers said', async () => {
    const captured = new Map<string, bigint>();
    for (const { status, body } of replies) {
      if (status !== 201 || body.kind !== 'capture') continue;
      const sum = captured.get(body.parent_id) ?? 0n;
      captured.set(body.parent_id, sum + BigInt(body.entries[0].amount));
    }
    for (const [n, id] of holds.entries()) {
      const { hold } = await holdOf(id);
      expect([hold.remaining, BigInt(hold.captured)]).toEqual(['0', captured.get(id) ?? 0n]);
      expect(BigInt(hold.captured) + BigInt(hold.released)).toBe(BigInt(amountOf(n)));
    }
    const seller = await client.account('seller');
    const total = [...captured.values()].reduce((sum, amount) => sum + amount, 0n);
    expect(BigInt(seller.balances.posted.balance)).toBe(total);
    expect(seller.balances.pending).toEqual({ debits: '0', credits: '0' });
    await expectSoundBooks(database);
  });

  it('leave nothing for the sweep', async () => {
    expect((await database.query('select from journal.open_holds')).rowCount).toBe(0);
    const { rows } = await database.query(
      `select count(*)::int as n, count(distinct parent_id)::int as holds
       from journal.transactions where kind = 'expiry'`,
    );
    expect(rows[0].n).toBe(rows[0].holds);
    expect(rows[0].n).toBeGreaterThan(0);
  });
});

describe('one hot account', () => {
  it('never has more promised away than it has', async () => {
    await client.open('hot');
    await client.open('shop');
    await client.transfer('world', 'hot', 555);
    const replies = await atOnce(clients, 120, 40, (on, i) =>
      i % 2 ? on.post('holds', { from: 'hot', to: 'shop', amount: 10 }) : on.transfer('hot', 'shop', 10),
    );
    expect(tally(replies)).toEqual({ '201': 55, INSUFFICIENT_FUNDS: 65 });
    expect((await client.account('hot')).balances.available).toBe('5');
    await expectSoundBooks(database);
  });

  it('gives out by up_to what it has, to the unit', async () => {
    await client.open('pot');
    await client.transfer('world', 'pot', 1000);
    const replies = await atOnce(clients, 60, 30, (on) =>
      on.post('transfers', { from: 'pot', to: 'shop', up_to: '37' }),
    );
    const given = replies
      .filter(({ status }) => status === 201)
      .map(({ body }) => Number(body.entries[0].amount));
    expect(given.reduce((sum, amount) => sum + amount, 0)).toBe(1000);
    expect(tally(replies)).toEqual({ '201': 28, INSUFFICIENT_FUNDS: 32 });
  });
});

describe('closing an account', () => {
  it('against postings and holds: it is never closed with money in it or promised to it', async () => {
    for (let n = 0; n < 12; n += 1) {
      const id = `closing-${n}`;
      await client.open(id);
      const replies = await atOnce(clients, 12, 12, (on, i) => {
        if (i === 5 || i === 6) return on.post(`accounts/${id}/close`);
        return i % 3 === 0
          ? on.post('holds', { from: 'world', to: id, amount: 1 })
          : on.transfer('world', id, 1);
      });
      const { status, balances } = await client.account(id);
      const moved = replies.filter(({ body }) => body.kind !== undefined).length;
      if (status === 'closed') {
        expect(moved).toBe(0);
        expect(tally(replies)).toEqual({ '200': 2, ACCOUNT_CLOSED: 10 });
      } else {
        expect(moved).toBe(10);
        expect(tally(replies)).toEqual({ '201': 10, ACCOUNT_NOT_EMPTY: 2 });
      }
      expect(balances.posted.balance).toBe(status === 'closed' ? '0' : balances.posted.credits);
    }
    await expectSoundBooks(database);
  });
});
