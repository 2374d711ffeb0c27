import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { unpack } from '../../src/events/feed/snapshot.js';
import { republishJournal } from '../../src/events/republish.js';
import { createPool } from '../../src/platform/postgres.js';
import { createClient, eventually, type Client } from '../support/client.js';
import { readEvents, liveEvents, type LiveEvents } from '../support/events.js';
import { openAccounts, record } from '../support/journal-writer.js';
import { startService, type TestService } from '../support/service.js';

let service: TestService;
let client: Client;
let pool: pg.Pool;
let owner: pg.Client;
const writers = new Set<pg.PoolClient>();
const streams = new Set<LiveEvents>();

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  pool = createPool(service.databaseUrl, { role: 'counterfoil_app', max: 8, applicationName: 'test' });
  owner = new pg.Client({ connectionString: service.databaseUrl });
  await owner.connect();
  await openAccounts(owner, ['cash-slow', 'slow']);
  await client.send('PUT', '/v1/ledgers/other', {});
  await createClient(service.url, 'other').open('elsewhere', { min_balance: null });
  await client.open('world', { min_balance: null, metadata: { z: 1, a: ['é\u2028"'] } });
  for (const id of ['alice', 'bob']) await client.open(id);
  for (let n = 1; n <= 5; n += 1) await pay(n);
});

afterEach(async () => {
  for (const writer of writers) writer.release(true);
  writers.clear();
  for (const stream of streams) stream.close();
  streams.clear();
});

afterAll(async () => {
  await owner?.end();
  await pool?.end();
  await service?.stop();
});

describe('as JSON lines', () => {
  it('come all, in order of sequence, byte for byte as they were written', async () => {
    const reply = await client.get('events');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const texts = reply.text
      .trimEnd()
      .split('\n')
      .map((line) => /^\{"cursor":"[\w-]+","event":(.*)\}$/s.exec(line)?.[1]);
    expect(texts.length).toBeGreaterThan(7);
    expect(texts).toEqual(await recorded());
  });

  it('are those of this ledger only', async () => {
    await createClient(service.url, 'other').open('unseen', { min_balance: null });
    const ledgers = new Set((await readEvents(client)).map(({ event }) => event.ledger));
    expect([...ledgers]).toEqual(['main']);
    const others = await readEvents(createClient(service.url, 'other'));
    expect(others.map(({ event }) => event.account.id)).toEqual(['elsewhere', 'unseen']);
  });

  it('are at most as many as asked for, and go on after any single one of them without a gap or a repeat', async () => {
    const all = await readEvents(client);
    expect(await readEvents(client, '?limit=3')).toHaveLength(3);
    const byOne = await following(undefined, 1);
    expect(byOne.map(({ event }) => event)).toEqual(all.map(({ event }) => event));
    for (const [index, line] of byOne.entries()) {
      const rest = await readEvents(client, `?after=${line.cursor}`);
      expect(rest.map(({ event }) => event)).toEqual(all.slice(index + 1).map(({ event }) => event));
    }
  });

  it('are none when nothing is new; the answer then says from where to go on', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const reply = await client.get(`events?after=${cursor}&wait=1`);
    expect([reply.status, reply.text]).toEqual([200, '']);
    const next = reply.headers.get('next-cursor')!;
    const { id } = await pay(1);
    const lines = await readEvents(client, `?after=${next}`);
    expect(lines.map(({ event }) => event.event_id)).toEqual([id]);
    expect(await readEvents(client, `?after=${cursor}`)).toMatchObject([{ event: { event_id: id } }]);
  });

  it('are waited for', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const waiting = readEvents(client, `?after=${cursor}&wait=30`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { id } = await pay(2);
    expect((await waiting).map(({ event }) => event.event_id)).toEqual([id]);
  });
});

describe('a reader that keeps its cursor', () => {
  it('gets what commits late, once, and nothing else again', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const writer = await begun();
    const late = await record(writer, legs);
    const prompt = [await pay(3), await pay(4)];
    const first = await readEvents(client, `?after=${cursor}`);
    expect(first.map(({ event }) => event.event_id)).toEqual(prompt.map(({ id }) => id));
    expect(BigInt(first[0]!.event.sequence)).toBeGreaterThan(BigInt(late.sequence));
    await commit(writer);
    const after = await pay(5);
    for (const line of [first.at(-1)!, ...(await following(first[0]!.cursor, 1)).slice(0, 1)]) {
      const second = await readEvents(client, `?after=${line.cursor}`);
      expect(second.map(({ event }) => event.event_id)).toEqual([late.id, after.id]);
    }
  });

  it('gets what commits while it reads the beginning, once', async () => {
    const [early, later] = [await begun(), await begun()];
    const first = await record(early, legs);
    await pay(1);
    const before = await readEvents(client);
    const lines = await readEvents(client, '?limit=2');
    await commit(early);
    lines.push(...(await readEvents(client, `?limit=2&after=${lines.at(-1)!.cursor}`)));
    const second = await record(later, legs);
    await commit(later);
    lines.push(...(await following(lines.at(-1)!.cursor, 2)));
    expect(lines.map(({ event }) => event.event_id)).toEqual([
      ...before.map(({ event }) => event.event_id),
      first.id,
      second.id,
    ]);
  });

  it('gets every event once with writers at work, each account’s versions in order', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const before = new Set((await recorded()).map((payload) => JSON.parse(payload).event_id));
    let writing = true;
    const pays = Promise.all(
      ['alice', 'bob', 'alice', 'bob'].map(async (to) => {
        for (let n = 0; n < 30; n += 1) await client.transfer('world', to, 1);
      }),
    ).finally(() => (writing = false));
    const lines = [];
    for (let at = cursor, more = true; more;) {
      more = writing;
      const page = await readEvents(client, `?after=${at}&limit=7`);
      lines.push(...page);
      at = page.at(-1)?.cursor ?? at;
      more ||= page.length > 0;
    }
    await pays;
    const expected = (await recorded())
      .map((payload) => JSON.parse(payload).event_id)
      .filter((id) => !before.has(id));
    expect(expected).toHaveLength(120);
    expect(lines.map(({ event }) => event.event_id).sort()).toEqual(expected.sort());
    const entries = lines.flatMap(({ event }) => event.entries);
    for (const account of ['world', 'alice', 'bob']) {
      const versions = entries.filter((entry) => entry.account === account).map(({ version }) => version);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    }
  });

  it('goes on where the outbox is not kept any more, from the journal', async () => {
    const writer = await begun();
    const late = await record(writer, legs);
    await pay(1);
    const { cursor } = (await readEvents(client)).at(-1)!;
    const missed = [late.id, (await pay(2)).id, (await pay(3)).id];
    await commit(writer);
    await dropToday();
    const after = await pay(4);
    const lines = await following(cursor, 1);
    expect(lines.map(({ event }) => event.event_id)).toEqual([...missed, after.id]);
    expect(JSON.stringify(lines[1]!.event)).toContain('"amount":"2"'.replace('amount', 'posted'));
  });

  it('goes on from the journal when there is much of other ledgers between', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const first = await pay(6);
    await owner.query(
      `insert into journal.outbox (sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload)
       select nextval('journal.sequence'), n, 'ledger.transactions', n, 'x', '/ledgers/other', 'x', 'x', '{}'
       from generate_series(1, 60000) n`,
    );
    const second = await pay(7);
    const lines = await following(cursor, 1);
    expect(lines.map(({ event }) => event.event_id)).toEqual([first.id, second.id]);
    await owner.query(`delete from journal.outbox where type = 'x'`);
  });

  it('is not told again what is put into the outbox again', async () => {
    let { cursor } = (await readEvents(client)).at(-1)!;
    // Save those of the last moments: what has no more writers beside it, the read model's among them.
    const ended = (at: string) =>
      owner.query(
        `select pg_snapshot_xmax(pg_current_snapshot())::text as now, pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as ended`,
        [at],
      );
    for (let n = 0; n < 3; n += 1) {
      const { now } = (await ended('0')).rows[0];
      cursor = (await client.get(`events?after=${cursor}`)).headers.get('next-cursor')!;
      await eventually(async () => (await ended(now)).rows[0].ended);
    }
    expect(await republishJournal(service.databaseUrl)).toBeGreaterThan(10);
    const { id } = await pay(1);
    const lines = await readEvents(client, `?after=${cursor}`);
    expect(lines.map(({ event }) => event.event_id)).toEqual([id]);
  });
});

describe('as server-sent events', () => {
  it('come live, with cursor, type and the very JSON, and go on after Last-Event-ID', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const stream = await opened(`?after=${cursor}`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const ids = [(await pay(1)).id, (await pay(2)).id, (await pay(3)).id];
    const events = [await stream.next(), await stream.next(), await stream.next()];
    expect(events.map(({ data }) => JSON.parse(data).event_id)).toEqual(ids);
    expect(events.map(({ event }) => event)).toEqual(ids.map(() => 'ledger.transaction.posted'));
    expect(events.map(({ data }) => data)).toEqual((await recorded()).slice(-3));
    // `after` is from the first request; a browser repeats it when it connects again.
    const again = await opened(`?after=${cursor}`, { 'last-event-id': events[0]!.id });
    expect([await again.next(), await again.next()]).toMatchObject(
      events.slice(1).map(({ data }) => ({ data })),
    );
    const lines = await readEvents(client, `?after=${events[1]!.id}`);
    expect(lines.map(({ event }) => event.event_id)).toEqual([ids[2]]);
  });

  it('come from the beginning to who names no cursor', async () => {
    const stream = await opened('');
    const texts = await recorded();
    const found = [];
    for (let n = 0; n < texts.length; n += 1) found.push((await stream.next()).data);
    expect(found.toSorted()).toEqual(texts.toSorted());
  });

  it('are for a hundred readers at once; who leaves makes room', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const query = `?after=${cursor}`;
    for (let n = 0; n < 100; n += 1) await opened(query);
    const refused = await client.get(`events${query}`);
    expect([refused.status, refused.body.code]).toEqual([429, 'RATE_LIMITED']);
    expect(refused.headers.get('retry-after')).toBe('5');
    const { id } = await pay(1);
    for (const stream of streams) expect(JSON.parse((await stream.next()).data).event_id).toBe(id);
    [...streams][7]!.close();
    await eventually(async () => (await client.get(`events${query}`)).status === 200);
  });
});

describe('refused', () => {
  const bad = async (path: string, headers?: Record<string, string>) => {
    const { status, body } = await client.get(path, headers);
    return [status, body?.code, body?.errors?.[0]?.path];
  };
  const forged = (change: (parts: string[]) => void, cursor: string) => {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    change(parts);
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  };

  it('is a cursor that is not one of this ledger’s events', async () => {
    const { cursor } = (await readEvents(client)).at(-1)!;
    const list = (await client.get('accounts?limit=1')).body.next_cursor as string;
    const others = (await readEvents(createClient(service.url, 'other'))).at(-1)!.cursor;
    const broken = [
      ...['x', 'A'.repeat(9_000), 'é', cursor.slice(2), cursor.slice(0, -9), list, others, ''],
      forged((parts) => (parts[2] = '5.0.3'), cursor),
      forged((parts) => (parts[3] = '99999999999999999.'.repeat(99) + '9'), cursor),
      forged((parts) => (parts[4] = '-1'), cursor),
      forged((parts) => (parts[5] = "';"), cursor),
      forged((parts) => parts.push('1'), cursor),
    ];
    for (const after of broken) {
      const path = `events?after=${encodeURIComponent(after)}`;
      expect([after, ...(await bad(path))]).toEqual([after, 400, 'VALIDATION_FAILED', 'after']);
    }
    const live = { accept: 'text/event-stream', 'last-event-id': others };
    expect(await bad(`events?after=${cursor}`, live)).toEqual([400, 'VALIDATION_FAILED', 'Last-Event-ID']);
  });

  it('is a limit, a wait or a parameter that there is not, and a ledger', async () => {
    for (const query of ['limit=0', 'limit=10001', 'wait=31', 'wait=1.5', 'cursor=x']) {
      const name = query.split('=')[0];
      expect([query, ...(await bad(`events?${query}`))]).toEqual([query, 400, 'VALIDATION_FAILED', name]);
    }
    expect(await bad('/v1/ledgers/nowhere/events')).toEqual([404, 'LEDGER_NOT_FOUND', undefined]);
  });

  it('is nothing of a HEAD, which ends', async () => {
    const { status, text } = await client.send('HEAD', 'events', undefined, {
      headers: { accept: 'text/event-stream' },
    });
    expect([status, text]).toEqual([200, '']);
  });
});

it('are in the same order from the journal and from the outbox, wallets’ beside their transactions', async () => {
  const { cursor } = (await readEvents(client)).at(-1)!;
  const hold = await client.post('holds', { from: 'alice', to: 'bob', amount: '5', expires_in: 600 });
  await client.post(`holds/${hold.body.id}/capture`, {});
  await client.send('PATCH', `transactions/${hold.body.id}`, { metadata: { note: 'late' } });
  await client.send('POST', '/v1/wallet/debit', {
    account_id: 'alice',
    amount: { minor_units: 5, currency: 'USD' },
    reason: 'purchase',
    reference_id: randomUUID(),
  });
  await client.post('accounts/bob/freeze');
  const fromOutbox = await following(cursor, 1);
  const types = fromOutbox.map(({ event }) => event.event_type.split('.').slice(-2).join('.'));
  expect(types).toEqual([
    ...['transaction.held', 'transaction.captured', 'transaction.annotated'],
    // The settlement account is opened by its first use.
    ...['account.opened', 'transaction.posted', 'debit.committed', 'account.frozen'],
  ]);
  const texts = (await recorded()).slice(-7);
  expect(fromOutbox.map(({ event }) => JSON.stringify(event))).toEqual(texts);
  const fromJournal = await client.get('events?limit=10000');
  expect(fromJournal.text.endsWith(`"event":${texts.at(-1)}}\n`)).toBe(true);
  const anew = await following(undefined, 1);
  expect(anew.slice(-7).map(({ event }) => event)).toEqual(fromOutbox.map(({ event }) => event));
});

it('trust no transaction id of which nothing may be on disk: after a crash it is given out again', async () => {
  const { id } = await pay(1);
  const writer = await begun();
  await writer.query('select pg_current_xact_id()');
  await writer.query('rollback');
  const last = (await readEvents(client)).at(-1)!;
  expect(last.event.event_id).toBe(id);
  const until = unpack(JSON.parse(Buffer.from(last.cursor, 'base64url').toString())[3])!;
  const { rows } = await owner.query<{ xid: string }>(
    'select xid::text from journal.transactions where id = $1',
    [id],
  );
  expect(BigInt(until.split(':')[1]!)).toBe(BigInt(rows[0]!.xid) + 1n);
});

it('come to the command line, which follows them too', async () => {
  const lines = (await client.get('events?limit=10000')).text.split('\n').filter(Boolean);
  const events = (text: string) => text.split('\n').map((line) => line.slice(line.indexOf('"event":')));
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(...cli('events', 'tail'), (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  expect(events(printed.trimEnd())).toEqual(events(lines.join('\n')));
  const { cursor } = JSON.parse(lines.at(-1)!);
  const following = execFile(...cli('events', 'tail', '--follow', '--after', cursor));
  try {
    const output = once(following.stdout!, 'data');
    const { id } = await pay(1);
    expect(JSON.parse((await output)[0]).event.event_id).toBe(id);
  } finally {
    following.kill();
  }
});

it('end in good order when the service stops', async () => {
  const stopping = await startService({}, service.databaseUrl);
  const here = createClient(stopping.url);
  const { cursor } = (await readEvents(here)).at(-1)!;
  const stream = await liveEvents(here, `?after=${cursor}`);
  const waiting = here.get(`events?after=${cursor}&wait=30`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await stopping.stop();
  expect(await stream.rest()).toEqual([]);
  expect(await waiting).toMatchObject({ status: 200, text: '' });
});

it('miss nothing in a copy that was restored elsewhere, and begin there without a repeat', async () => {
  const all = await readEvents(client);
  const middle = all[Math.floor(all.length / 2)]!;
  // As a dump leaves it: ids of another cluster's transactions, which here are yet to come.
  for (const table of ['transactions', 'account_changes', 'annotations', 'outbox']) {
    await owner.query(`alter table journal.${table} disable trigger user`);
    await owner.query(`update journal.${table} set xid = (xid::text::numeric + 1e9)::text::xid8`);
  }
  const [list, cluster, ...position] = JSON.parse(Buffer.from(middle.cursor, 'base64url').toString());
  const elsewhere = [list, String(cluster).replace(/^\d+/, '1'), ...position];
  const after = await pay(9);
  const lines = await following(Buffer.from(JSON.stringify(elsewhere)).toString('base64url'), 50);
  const ids = lines.map(({ event }) => event.event_id);
  const missed = all.slice(all.indexOf(middle) + 1).map(({ event }) => event.event_id);
  expect(ids).toEqual(expect.arrayContaining([...missed, after.id]));
  expect(ids.at(-1)).toBe(after.id);
  const anew = (await following(undefined, 50)).map(({ event }) => event.event_id);
  expect(anew.toSorted()).toEqual([...all.map(({ event }) => event.event_id), after.id].toSorted());
});

const legs = [
  { account: 'cash-slow', side: 'debit' as const, posted: 1n },
  { account: 'slow', side: 'credit' as const, posted: 1n },
];

/** The command line as a program, and the service it talks to. */
function cli(...args: string[]): [string, string[], { env: Record<string, string> }] {
  const env = { PATH: process.env.PATH!, COUNTERFOIL_URL: service.url };
  return [process.execPath, ['dist/src/cli.js', ...args], { env }];
}

async function pay(amount: number): Promise<{ id: string }> {
  const reply = await client.transfer('world', 'alice', amount, { reference: randomUUID() });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.body;
}

/** The payloads of ledger `main` in the order of their sequence. */
async function recorded(): Promise<string[]> {
  const { rows } = await owner.query<{ payload: string }>(
    `select distinct on (sequence, aggregatetype collate "C") payload from journal.outbox
     where source = '/ledgers/main' order by sequence, aggregatetype collate "C"`,
  );
  return rows.map(({ payload }) => payload);
}

/** Everything after a cursor, in requests of so many lines, each from the last line of the one before. */
async function following(cursor: string | undefined, limit: number) {
  const lines = [];
  for (let after = cursor; ;) {
    const page = await readEvents(client, `?limit=${limit}${after ? `&after=${after}` : ''}`);
    if (page.length === 0) return lines;
    lines.push(...page);
    after = page.at(-1)!.cursor;
  }
}

async function opened(query: string, headers?: Record<string, string>): Promise<LiveEvents> {
  const stream = await liveEvents(client, query, headers);
  streams.add(stream);
  return stream;
}

async function begun(): Promise<pg.PoolClient> {
  const writer = await pool.connect();
  writers.add(writer);
  await writer.query('begin');
  return writer;
}

async function commit(writer: pg.PoolClient): Promise<void> {
  await writer.query('commit');
  writers.delete(writer);
  writer.release();
}

/** As if a week had gone by: the day is dropped, and there is a new one. */
async function dropToday(): Promise<void> {
  const { rows } = await owner.query<{ today: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYYMMDD') as today`,
  );
  await owner.query(`drop table journal.outbox_${rows[0]!.today}`);
  await owner.query(`delete from journal.outbox_days where day <= to_date($1, 'YYYYMMDD')`, [rows[0]!.today]);
  await owner.query('select journal.make_outbox_days(7)');
  await owner.query(
    `update journal.outbox_days set closed_lsn = pg_current_wal_insert_lsn(), closed_at = pg_current_snapshot()
     where day = (select min(day) from journal.outbox_days)`,
  );
}
