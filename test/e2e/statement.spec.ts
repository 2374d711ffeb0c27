import { createHash } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Json, type Reply } from '../support/client.js';
import { openPastAccounts, recordHistory } from '../support/history.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startService, type TestService } from '../support/service.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

let database: TestDatabase;
let owner: pg.Client;
let proxy: TcpProxy;
let service: TestService;
let client: Client;

const ENTRIES = 3_000;
const LONG = 100_000;

// Three transactions a recorded time, some back-dated by up to 40 days, to whole hours: ties of either time. Each fifth
// moves nothing that a statement shows.
const history = `
select n, case n % 3 when 0 then $2::bigint else $1 end as debit, case n % 3 when 0 then $1::bigint else $2 end as credit,
  case n % 5 when 4 then 0 else 1 + n % 97 end as posted, case n % 5 when 4 then 1 else 0 end as pending, recorded_at,
  case when chance < 0.3 then date_trunc('hour', recorded_at - chance * 3200 * interval '1 hour')
    when chance < 0.35 then recorded_at + interval '4 minutes' else recorded_at end as effective_at
from (select n, random() as chance, '2024-01-01T00:00:00.123456Z'::timestamptz + (n / 3) * interval '1 hour' as recorded_at
      from generate_series(1, $3::int) n, (select setseed(0.42)) seed) r`;
const long = `
select n, $1::bigint as debit, $2::bigint as credit, n as posted, 0 as pending, t as recorded_at, t as effective_at
from (select n, '2021-01-01Z'::timestamptz + n * interval '1 minute' as t from generate_series(1, $3::int) n) r`;

/** The lines of account `shop` (credit-normal) as they were recorded, read past the service. */
let recorded: { version: number; signed: number; effective_at: string; recorded_at: string }[];

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  const no = await openPastAccounts(owner, [
    { id: 'till', type: 'asset', currency: 'USD' },
    { id: 'shop', type: 'revenue', currency: 'USD' },
    { id: 'long:till', type: 'asset', currency: 'USD' },
    { id: 'long', type: 'revenue', currency: 'USD' },
  ]);
  await recordHistory(owner, history, [no.get('till'), no.get('shop'), ENTRIES]);
  await recordHistory(owner, long, [no.get('long:till'), no.get('long'), LONG]);
  const time = (column: string) =>
    `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${column}`;
  const { rows } = await owner.query(
    `select version::int, (case side when 'credit' then posted else -posted end)::int as signed,
       ${time('effective_at')}, ${time('recorded_at')}
     from journal.entries where account_no = $1 and posted <> 0`,
    [no.get('shop')],
  );
  recorded = rows.sort((a, b) => compare(a.effective_at, b.effective_at) || a.version - b.version);
  proxy = await startTcpProxy(database.url);
  service = await startService({}, proxy.url);
  client = createClient(service.url);
  await client.open('world', { min_balance: null });
});

afterAll(async () => {
  await service?.stop();
  await proxy?.close();
  await owner?.end();
  await database?.drop();
});

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const sum = (lines: { signed: number }[]) => lines.reduce((total, { signed }) => total + signed, 0);
const statement = (id: string, query: Record<string, string> = {}, accept = 'application/json') =>
  client.get(`accounts/${id}/statement?${new URLSearchParams(query)}`, { accept });
const csv = (id: string, query: Record<string, string> = {}) => statement(id, query, 'text/csv');
const html = (id: string, query: Record<string, string> = {}) => statement(id, query, 'text/html');
const rowsOf = ({ text }: Reply) => text.split('\r\n').slice(0, -1);

/** Pages of a statement by their cursors, up to the last. */
async function pages(query: Record<string, string>): Promise<Json[]> {
  const all: Json[] = [];
  for (let cursor: string | null = ''; cursor !== null; cursor = all.at(-1).next_cursor) {
    const { status, body, text } = await statement('shop', { ...query, ...(cursor && { cursor }) });
    if (status !== 200) throw new Error(text);
    all.push(body);
  }
  return all;
}

describe('as of a time of recording', () => {
  const span = (from: number, to: number) => {
    const times = recorded.map(({ effective_at }) => effective_at);
    return { from: times[from]!, to: times[to]! };
  };
  const points = [
    recorded_at(1),
    recorded_at(500),
    recorded_at(1500, '.123455Z'),
    recorded_at(2000),
    recorded_at(9999),
  ];

  function recorded_at(n: number, fraction = '.123456Z'): string {
    const hours = Math.floor(n / 3) * 3_600_000;
    return `${new Date(Date.UTC(2024, 0, 1) + hours).toISOString().slice(0, 19)}${fraction}`;
  }

  test.each([
    ['strong', 1000],
    ['strong', 7],
    ['eventual', 1000],
    ['eventual', 7],
  ])('%s, %i lines a page: what adding up every entry known then comes to', async (consistency, limit) => {
    if (consistency === 'eventual') {
      const min_version = String(ENTRIES);
      await eventually(async () => {
        const { rowCount } = await owner.query('select from lines_v1.coverage where upper(versions) = $1', [
          ENTRIES + 1,
        ]);
        return rowCount === 2 && (await statement('shop', { consistency, min_version })).status === 200;
      });
    }
    const ranges = limit > 100 ? [span(0, 2399), span(700, 1100), span(1800, 2000)] : [span(900, 960)];
    for (const known of points) {
      for (const { from, to } of ranges) {
        const seen = recorded.filter((line) => line.recorded_at <= known);
        const opening = sum(seen.filter((line) => line.effective_at < from));
        const within = seen.filter((line) => line.effective_at >= from && line.effective_at < to);
        const all = await pages({ from, to, recorded_at: known, limit: String(limit), consistency });
        expect(all.flatMap(({ lines }) => lines.map(({ version }: Json) => version))).toEqual(
          within.map(({ version }) => version),
        );
        for (const page of all) {
          expect([page.opening, page.closing]).toEqual([String(opening), String(opening + sum(within))]);
        }
        const balances = all.flatMap(({ lines }) => lines.map(({ balance }: Json) => balance));
        expect(balances.at(-1) ?? String(opening)).toBe(String(opening + sum(within)));
      }
    }
  });

  test('begins with the earliest effective time that was known', async () => {
    for (const known of points) {
      const [first] = recorded.filter((line) => line.recorded_at <= known);
      const { body } = await statement('shop', { recorded_at: known, limit: '1' });
      expect([body.from, body.lines[0].version]).toEqual([first!.effective_at, first!.version]);
    }
  });

  test('before anything was recorded, and beyond the last: nothing, and everything', async () => {
    const none = await statement('shop', { recorded_at: '2023-01-01T00:00:00Z' });
    expect(none.body).toMatchObject({ opening: '0', lines: [], closing: '0', next_cursor: null });
    const { body } = await statement('shop', { recorded_at: '2025-01-01T00:00:00Z' });
    expect([body.closing, body.lines.length]).toEqual([String(sum(recorded)), 50]);
  });

  test('a cursor goes on with what its own page knew, and with no other time', async () => {
    const query = { recorded_at: points[1]!, limit: '5' };
    const { body } = await statement('shop', query);
    const { cursor } = { cursor: body.next_cursor };
    const next = await statement('shop', { ...query, cursor });
    expect((await statement('shop', { limit: '5', cursor })).body).toEqual(next.body);
    const other = await statement('shop', { ...query, recorded_at: points[2]!, cursor });
    expect([other.status, other.body.code, other.body.errors[0].path]).toEqual([
      400,
      'VALIDATION_FAILED',
      'cursor',
    ]);
  });

  test('not the last ten seconds by the database’s clock, nor the future; before any 404', async () => {
    const { rows } = await owner.query('select clock_timestamp() as now');
    const ago = (seconds: number) => new Date(rows[0].now.getTime() - seconds * 1000).toISOString();
    for (const time of [ago(0), ago(5), ago(-60), '2199-01-01T00:00:00Z']) {
      for (const id of ['shop', 'ghost']) {
        const { status, body } = await statement(id, { recorded_at: time });
        expect([status, body.code, body.errors?.[0].path]).toEqual([400, 'VALIDATION_FAILED', 'recorded_at']);
      }
    }
    expect((await statement('shop', { recorded_at: ago(10) })).status).toBe(200);
    expect((await statement('ghost', { recorded_at: ago(10) })).body.code).toBe('ACCOUNT_NOT_FOUND');
    expect((await statement('shop', { recorded_at: 'yesterday' })).body.errors[0].path).toBe('recorded_at');
    for (const other of ['entries?recorded_at=', 'statement?at=']) {
      expect((await client.get(`accounts/shop/${other}${ago(60)}`)).status).toBe(400);
    }
  });
});

describe('CSV', () => {
  const range = { from: '2024-01-05T00:00:00Z', to: '2024-02-20T00:00:00Z' };
  const first = '2024-01-05T00:00:00.000000Z,,,,Opening balance,,,';
  const last = '2024-02-20T00:00:00.000000Z,,,,Closing balance,,,';

  test('without limit and cursor is the whole range, between its opening and closing balance', async () => {
    const json = await pages({ ...range, limit: '1000' });
    expect(json.length).toBeGreaterThan(1);
    const reply = await csv('shop', range);
    const rows = rowsOf(reply);
    const lines = json.flatMap(({ lines }) => lines);
    expect(reply.headers.get('next-cursor')).toBeNull();
    expect(rows[0]).toBe('effective_at,transaction_id,kind,reference,description,debit,credit,balance');
    expect(rows[1]).toBe(first + decimal(json[0].opening));
    expect(rows.slice(2, -1).map((row) => row.split(',')[1])).toEqual(
      lines.map((line: Json) => line.transaction_id),
    );
    expect(rows.at(-1)).toBe(last + decimal(json[0].closing));
    expect(rows.at(-2)!.split(',').at(-1)).toBe(decimal(json[0].closing));
  });

  test('by pages: the opening balance on the first, the closing balance on the last', async () => {
    const whole = rowsOf(await csv('shop', range));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const reply: Reply = await csv('shop', { ...range, limit: '400', ...(cursor && { cursor }) });
      const [header, ...rows] = rowsOf(reply);
      expect(header).toBe(whole[0]);
      expect(rows.some((row) => row.startsWith(first))).toBe(cursor === '');
      cursor = reply.headers.get('next-cursor');
      expect(rows.some((row) => row.startsWith(last))).toBe(cursor === null);
      seen.push(...rows);
    }
    expect(seen).toEqual(whole.slice(1));
  });

  test('a cursor alone is a page, of fifty lines', async () => {
    const cursor = (await csv('shop', { ...range, limit: '1' })).headers.get('next-cursor')!;
    expect(rowsOf(await csv('shop', { cursor }))).toHaveLength(51);
  });

  test('an account without entries has both balances; so has a range that ends before it begins', async () => {
    await client.open('idle');
    const rows = rowsOf(await csv('idle'));
    expect(rows.map((row) => row.split(',').slice(4).join())).toEqual([
      'description,debit,credit,balance',
      'Opening balance,,,0.00',
      'Closing balance,,,0.00',
    ]);
    const { from, to } = range;
    expect(rowsOf(await csv('shop', { from: to, to: from }))).toHaveLength(3);
  });

  test('keeps a text from being a formula, whatever it begins with; amounts stay numbers', async () => {
    await client.open('sheet', { min_balance: null });
    const texts = ['=1+1', '+1+cmd', '-2+3+cmd|x', '-cmd', '@SUM(A1)', '\t=1', '-7.5', 'a=1'];
    for (const description of texts) await client.transfer('sheet', 'world', 5, { description });
    const rows = rowsOf(await csv('sheet')).slice(2, -1);
    expect(rows.map((row) => row.split(',')[4])).toEqual([
      ...texts.slice(0, 6).map((text) => `'${text}`),
      '-7.5',
      'a=1',
    ]);
    expect(rows.at(-1)!.split(',').slice(5)).toEqual(['0.05', '', '-0.40']);
  });
});

const decimal = (amount: string) => {
  const digits = amount.replace('-', '').padStart(3, '0');
  return `${amount.startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const unmarked = (text: string) =>
  text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
const bodyRows = (text: string) =>
  [...text.slice(text.indexOf('<thead>')).matchAll(/<tr.*?<\/tr>/gs)].map(([row]) => unmarked(row));

describe('a page to print', () => {
  const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T00:00:00.000000Z`;
  const range = { from: day(1), to: day(31) };
  const hostile = `<script>alert("x")</script> & '</td>' \u202eevil\u0007`;

  beforeAll(async () => {
    await client.open('alice', { min_balance: null });
    const post = (n: number, amount: number, more: object) =>
      amount > 0
        ? client.transfer('world', 'alice', amount, { effective_at: day(n), ...more })
        : client.transfer('alice', 'world', -amount, { effective_at: day(n), ...more });
    await post(10, 1_234_567_89, { description: 'Salary', reference: 'sal-3' });
    await post(5, -50_00, { description: hostile });
    await post(12, -7, { reference: '<b>"ref"</b>' });
    await post(12, 3, {});
    await post(40 - 28, 10_00, { effective_at: '2026-02-01T08:30:15.5Z' });
  });

  test('says whose it is, of which time, and all lines between opening and closing balance', async () => {
    const { status, text, headers } = await html('alice', range);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('vary')).toBe('accept');
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text.endsWith('</html>\n')).toBe(true);
    const facts = unmarked(text.slice(text.indexOf('<dl>'), text.indexOf('</dl>')));
    expect(facts).toMatch(
      /^Account alice Ledger main Currency USD Period from 2026-03-01 00:00:00 UTC until before 2026-03-31 00:00:00 UTC Printed 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
    );
    const summary = unmarked(text.slice(text.indexOf('class="summary"'), text.indexOf('<thead>')));
    expect(summary).toContain(
      'Opening balance 10.00 Total debits 50.07 Total credits 1,234,567.92 Closing balance 1,234,527.85',
    );
    const { lines } = (await statement('alice', range)).body;
    expect(bodyRows(text)).toEqual([
      'Date (UTC) Description, reference Kind Debit Credit Balance',
      '2026-03-01 Opening balance 10.00',
      expect.stringMatching(/^2026-03-05 .* posting 50\.00 -40\.00$/),
      '2026-03-10 Salary sal-3 posting 1,234,567.89 1,234,527.89',
      '2026-03-12 &lt;b&gt;&quot;ref&quot;&lt;/b&gt; posting 0.07 1,234,527.82',
      `2026-03-12 ${lines[3].transaction_id} posting 0.03 1,234,527.85`,
      'Totals 50.07 1,234,567.92',
      '2026-03-31 Closing balance 1,234,527.85',
    ]);
  });

  test('shows the time of day where there is one, and the time of recording where it was asked for', async () => {
    const { text } = await html('alice', { to: day(1) });
    expect(text).toContain(
      '<time datetime="2026-02-01T08:30:15.500000Z">2026-02-01 <small>08:30:15</small></time>',
    );
    expect(text).not.toContain('As recorded by');
    const known = await html('shop', { recorded_at: '2024-01-03T00:00:00.5Z' });
    expect(known.text).toContain('<dt>As recorded by</dt><dd>2024-01-03 00:00:00.5 UTC</dd>');
  });

  test('what others wrote stays text', async () => {
    const { text } = await html('alice', range);
    expect(text).toContain(
      '<bdi>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;&lt;/td&gt;&#39; \u202eevil\ufffd</bdi>',
    );
    expect(text).not.toMatch(/<script|<b>/);
  });

  test('is complete in itself: its policy allows its own style and nothing else', async () => {
    const { text, headers } = await html('alice', range);
    expect(text).not.toMatch(/\bsrc=|\bhref=|url\(|@import|<link|<img|<iframe|\bon\w+=|style=/i);
    const style = /<style>(.*?)<\/style>/s.exec(text)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    for (const rule of [
      '@page',
      'counter(page)',
      'table-header-group',
      'break-inside: avoid',
      'tabular-nums',
    ])
      expect(style).toContain(rule);
    expect(text.match(/<th (scope="(col|row)")/g)!.length).toBe(text.match(/<th\b/g)!.length);
    expect(text.match(/<caption>/g)).toHaveLength(2);
  });

  test('by pages: the balance is carried forward and brought forward', async () => {
    const one = await html('alice', { ...range, limit: '2' });
    const cursor = one.headers.get('next-cursor')!;
    const two = await html('alice', { ...range, limit: '2', cursor });
    expect(bodyRows(one.text).slice(-2)).toEqual([
      '2026-03-10 Salary sal-3 posting 1,234,567.89 1,234,527.89',
      'Balance carried forward 1,234,527.89',
    ]);
    expect(bodyRows(two.text)[1]).toBe('Balance brought forward 1,234,527.89');
    expect(bodyRows(two.text).slice(-2)).toEqual([
      'Totals 50.07 1,234,567.92',
      '2026-03-31 Closing balance 1,234,527.85',
    ]);
    expect(two.headers.get('next-cursor')).toBeNull();
  });

  test('without limit and cursor it has every line', async () => {
    const { text } = await html('shop', { from: '2024-01-01T00:00:00Z' });
    const { rows } = { rows: bodyRows(text) };
    expect(recorded.filter(({ effective_at: at }) => at >= '2024').length).toBe(rows.length - 4);
  });
});

test('38 digits come through CSV and HTML unharmed', async () => {
  const [most, back] = ['9'.repeat(38), '12345678901234567890123456789012345678'];
  const rest = '87654321098765432109876543210987654321';
  await client.open('all:from', { type: 'equity', currency: 'XYZ/3', min_balance: null });
  await client.open('all', { type: 'asset', currency: 'XYZ/3', min_balance: null });
  const legs = (from: string, to: string, amount: string) => ({
    entries: [
      { account: to, side: 'debit', amount },
      { account: from, side: 'credit', amount },
    ],
  });
  for (const body of [legs('all:from', 'all', most), legs('all', 'all:from', back)]) {
    expect((await client.post('transactions', body)).status).toBe(201);
  }
  const plain = (amount: string) => `${amount.slice(0, -3)}.${amount.slice(-3)}`;
  const cells = rowsOf(await csv('all')).map((row) => row.split(',').slice(5).join());
  expect(cells.slice(2)).toEqual([
    `${plain(most)},,${plain(most)}`,
    `,${plain(back)},${plain(rest)}`,
    `,,${plain(rest)}`,
  ]);
  const grouped = (amount: string) =>
    `${amount.slice(0, -3).replace(/\B(?=(\d{3})+$)/g, ',')}.${amount.slice(-3)}`;
  const { text } = await html('all');
  for (const amount of [most, back, rest])
    expect(text).toContain(`<td class="amount">${grouped(amount)}</td>`);
  expect(grouped(rest)).toBe('87,654,321,098,765,432,109,876,543,210,987,654.321');
  expect(text).toContain('<body class="wide">');
});

test.each([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
  ['text/html', 'text/html'],
  ['text/html;q=0.5, text/csv', 'text/csv'],
  ['text/html;q=0.5, application/json;q=0.4', 'text/html'],
  ['text/html;q=0, */*', 'application/json'],
  ['text/html, application/json', 'text/html'],
  ['application/json, text/html', 'application/json'],
  ['text/*', 'text/csv'],
  ['application/json;charset=utf-8, text/html;q=0.9', 'application/json'],
  ['*/*', 'application/json'],
  ['image/png', 'application/json'],
])('Accept: %s is answered as %s', async (accept, type) => {
  const { headers } = await statement('till', { limit: '1' }, accept);
  expect(headers.get('content-type')).toBe(`${type}; charset=utf-8`);
});

// Too much for the buffers of two sockets, so that the reader's pace is the service's.
describe('a long statement', () => {
  const path = '/v1/ledgers/main/accounts/long/statement?to=2026-01-01T00:00:00Z';

  /** The answer once its first bytes have come, and no more are taken; and what it takes from Postgres for that. */
  async function stalled(): Promise<{ response: IncomingMessage; before: number }> {
    const before = proxy.received;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${service.url}${path}`, { headers: { accept: 'text/html' }, agent: false }, resolve).on(
        'error',
        reject,
      );
    });
    response.pause();
    await still();
    return { response, before };
  }

  /** Waits until Postgres has had nothing of size to send for a second. */
  async function still(): Promise<void> {
    for (let last = -1; proxy.received - last > 50_000;) {
      last = proxy.received;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  test('arrives whole', async () => {
    const before = proxy.received;
    const { text } = await html('long', { to: '2026-01-01T00:00:00Z' });
    expect(text.split('<tr>').length).toBe(LONG + 6);
    expect(text.endsWith('</html>\n')).toBe(true);
    expect(proxy.received - before).toBeGreaterThan(LONG * 100);
  });

  test('is read no faster than it is taken, and not at all for one who has left', async () => {
    const { response, before } = await stalled();
    expect(proxy.received - before).toBeLessThan(LONG * 80);
    response.destroy();
    await still();
    expect(proxy.received - before).toBeLessThan(LONG * 80);
    expect((await statement('long', { limit: '1' })).status).toBe(200);
  });

  test('breaks off when reading fails: it never looks complete', async () => {
    const { response } = await stalled();
    proxy.vanish(true);
    const end = new Promise<string>((resolve) => {
      response.on('end', () => resolve('complete')).on('error', ({ message }) => resolve(message));
    });
    response.resume();
    const told = await end;
    proxy.vanish(false);
    expect([told, response.complete]).toEqual(['aborted', false]);
    await eventually(async () => (await statement('long', { limit: '1' })).status === 200);
  });

  test('HEAD reads one page at most', async () => {
    const before = proxy.received;
    const head = await client.send('HEAD', path, undefined, { headers: { accept: 'text/csv' } });
    expect([head.status, head.text]).toEqual([200, '']);
    await still();
    expect(proxy.received - before).toBeLessThan(LONG * 5);
  });
});

test('the documentation names the three types', async () => {
  const { body } = await client.get('/openapi.json');
  const { parameters, responses } = body.paths['/v1/ledgers/{ledger}/accounts/{id}/statement'].get;
  expect(Object.keys(responses['200'].content)).toEqual(['application/json', 'text/csv', 'text/html']);
  expect(parameters.map(({ name }: Json) => name)).toContain('recorded_at');
});
