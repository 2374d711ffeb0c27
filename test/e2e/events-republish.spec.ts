import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { counterfoil } from '../support/cli.js';
import { createClient } from '../support/client.js';
import { openBank, recordedOf, type Bank } from '../support/money.js';

let bank: Bank;
let url: string;

beforeAll(async () => {
  bank = await openBank();
  const { rows } = await bank.database.query<{ name: string }>('select current_database() as name');
  url = Object.assign(new URL(process.env.TEST_POSTGRES_URL!), { pathname: `/${rows[0]!.name}` }).href;
  const { client } = bank;
  const from = await bank.wallet(100_000);
  for (let n = 1; n <= 10; n += 1)
    recordedOf(await client.transfer(from, 'world', n, { metadata: { odd: 'é "\n', n } }));
  const held = recordedOf(await client.post('holds', { from, to: 'world', amount: 500 }));
  recordedOf(await client.post(`holds/${held.id}/capture`, { amount: 200 }));
  recordedOf(await client.send('PATCH', `transactions/${held.id}`, { metadata: { later: 1 } }));
  recordedOf(await client.send('PUT', '/v1/ledgers/other', {}));
  const other = createClient(client.url, 'other');
  await other.open('a', { min_balance: null });
  await other.open('b');
  recordedOf(await other.transfer('a', 'b', 3));
  const amount = { minor_units: 5, currency: 'USD' };
  const move = { account_id: from, amount, reference_id: 'one' };
  recordedOf(await client.post('/v1/wallet/credit', move));
});

afterAll(() => bank?.close());

// What was published again by the test before.
beforeEach(async () => {
  const again = `select ctid, row_number() over (partition by event_id order by xid::text::bigint) as n, tableoid
    from journal.outbox`;
  await bank.database.query(
    `delete from journal.outbox o using (${again}) r where r.n > 1 and o.ctid = r.ctid and o.tableoid = r.tableoid`,
  );
});

const run = (...args: string[]) => counterfoil(['events', 'republish', ...args], { DATABASE_URL: url });

/** As they were inserted. */
async function outbox(): Promise<Record<string, string | null>[]> {
  const { rows } = await bank.database.query(
    `select sequence, event_id, aggregatetype, aggregateid, type, source, time, dataschema, payload, traceparent
     from journal.outbox order by xid::text::bigint, sequence, aggregatetype`,
  );
  return rows;
}

test('a range comes again behind the others, byte for byte and in its order', async () => {
  const before = await outbox();
  const again = before.slice(2, 12);
  const [from, to] = [again[0]!.sequence!, again.at(-1)!.sequence!];
  const { status, stdout, stderr } = await run('--from', from, '--to', to);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`10 events, sequences ${from} to ${to}: consumers see each ce_id once more\n`);
  expect(await outbox()).toEqual([...before, ...again]);
});

test('so does all of it, with both events of a wallet’s transaction', async () => {
  const before = await outbox();
  const last = before.at(-1)!.sequence!;
  expect(before.filter(({ sequence }) => sequence === last)).toHaveLength(2);
  await run('--from', '1', '--to', last);
  expect(await outbox()).toEqual([...before, ...before]);
});

test('--ledger: of that ledger only', async () => {
  const before = await outbox();
  await run('--from', '1', '--to', before.at(-1)!.sequence!, '--ledger', 'other');
  const again = before.filter(({ source }) => source === '/ledgers/other');
  expect(again).toHaveLength(3);
  expect(await outbox()).toEqual([...before, ...again]);
});

test('--from-time is included, --to-time is not', async () => {
  const before = await outbox();
  const [from, to] = [before[4]!.time!, before[9]!.time!];
  const again = before.filter(({ time }) => time! >= from && time! < to);
  expect(again).toHaveLength(5);
  const { stdout } = await run('--from-time', from, '--to-time', to);
  expect(stdout).toMatch(/^5 events, /);
  expect(await outbox()).toEqual([...before, ...again]);
});

test('--dry-run counts them and publishes none', async () => {
  const before = await outbox();
  const { status, stdout } = await run(
    '--from',
    before[2]!.sequence!,
    '--to',
    before[11]!.sequence!,
    '--dry-run',
  );
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^10 events, .*: none published\n$/)]);
  expect(await outbox()).toEqual(before);
});

test('--rate holds it back; interrupted, it says where to go on, and nothing is missing then', async () => {
  const before = await outbox();
  const last = before.at(-1)!.sequence!;
  const args = ['dist/src/cli.js', 'events', 'republish', '--from', '1', '--to', last, '--rate', '2'];
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, DATABASE_URL: url } });
  let said = '';
  child.stderr.on('data', (bytes) => (said += bytes));
  const ended = new Promise((resolve) => child.once('close', resolve));
  while ((await outbox()).length < before.length + 2) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGINT');
  expect(await ended).toBe(1);
  const partly = await outbox();
  expect(partly.length).toBeLessThan(2 * before.length);
  const goOn = /^counterfoil: interrupted; to go on: --from (\d+) --to (\d+)\n$/.exec(said)!;
  expect(goOn[2]).toBe(last);
  expect((await run('--from', goOn[1]!, '--to', goOn[2]!)).status).toBe(0);
  const again = (await outbox()).slice(before.length).map(({ event_id }) => event_id);
  expect(new Set(again)).toEqual(new Set(before.map(({ event_id }) => event_id)));
});

test.each([
  ['', /^counterfoil: say --from and --to, or --from-time and --to-time\n$/],
  ['--from 3', /^counterfoil: say --from and --to/],
  ['--from 3 --to-time 2026-01-01', /^counterfoil: say --from and --to/],
  ['--from 3 --to 2', /^counterfoil: --from 3 is beyond --to 2\n$/],
  ['--from 0 --to 2', /^counterfoil: --from 0 is not a sequence/],
  ['--from 1 --to 999999', /^counterfoil: sequence 999999 is beyond the newest that is recorded, \d+\n$/],
  ['--from 1 --to 2 --ledger none', /^counterfoil: there is no ledger none\n$/],
  ['--from 1 --to 2 --rate 0', /^counterfoil: --rate 0 is not a whole number/],
  ['--from-time 2026-01-02 --to-time 2026-01-01', /^counterfoil: --from-time \S+ is not before --to-time /],
])('refuses: events republish %s', async (args, message) => {
  const told = await run(...args.split(' ').filter(Boolean));
  expect([told.status, told.stdout]).toEqual([2, '']);
  expect(told.stderr).toMatch(message);
});
