import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, type Json } from '../support/client.js';
import { openBank, recordedOf, type Bank } from '../support/money.js';

let bank: Bank;
let url: string;
let from: string;
let held: Json[];

beforeAll(async () => {
  bank = await openBank();
  const { rows } = await bank.database.query<{ name: string }>('select current_database() as name');
  url = Object.assign(new URL(process.env.TEST_POSTGRES_URL!), { pathname: `/${rows[0]!.name}` }).href;
  from = await bank.wallet(100_000);
  const hold = (amount: number, more: object) =>
    bank.client.post('holds', { from, to: 'world', amount, ...more });
  held = [
    recordedOf(await hold(12_345, { expires_in: 3600, reference: 'room 7' })),
    recordedOf(await hold(5, { expires_in: 3600 })),
    recordedOf(await hold(6, {})),
  ];
  recordedOf(await bank.client.post(`holds/${held[1].id}/void`));
  const voided = async () => (await bank.client.get('holds?status=voided')).body.data.length === 1;
  await eventually(voided);
});

afterAll(() => bank?.close());

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

function counterfoil(env: Record<string, string>, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const settings = { PATH: process.env.PATH, COUNTERFOIL_URL: bank.client.url, ...env };
    execFile(
      process.execPath,
      ['dist/src/cli.js', 'holds', ...args],
      { env: settings },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('holds list: newest first, in decimals', async () => {
  const { status, stdout, stderr } = await counterfoil({}, 'list', '--account', from);
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n').filter(Boolean);
  expect(lines).toHaveLength(4);
  const ids = lines.slice(1).map((line) => line.split(' ')[0]);
  expect(ids).toEqual(held.map(({ id }) => id).reverse());
  expect(lines[3]).toMatch(/ pending +w1 +world +USD +123\.45 +0\.00 +123\.45 +\d{4}-\S+Z +room 7$/);
});

test('holds list --status --json: a line each, as the API gives it', async () => {
  const { status, stdout } = await counterfoil({}, 'list', '--status', 'voided', '--json');
  expect(status).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([(await bank.client.get(`transactions/${held[1].id}`)).body]);
  expect(await counterfoil({}, 'list', '--status', 'expired')).toEqual({
    status: 0,
    stdout: 'no holds\n',
    stderr: '',
  });
  expect((await counterfoil({}, 'list', '--account', 'no/id')).stderr).toMatch(
    /^counterfoil: VALIDATION_FAILED: account /,
  );
});

test('holds rebuild: makes the list of the sweep again, while the service runs', async () => {
  const open = async () => (await bank.database.query('select * from journal.open_holds')).rows;
  const before = await open();
  expect(before).toHaveLength(1);
  await bank.database.query('delete from journal.open_holds');
  const { status, stdout } = await counterfoil({ DATABASE_URL: url }, 'rebuild');
  expect([status, stdout]).toEqual([0, '1 open hold may expire\n']);
  expect(await open()).toEqual(before);
});

test('holds rebuild: where there is no schema it says what to do', async () => {
  const empty = Object.assign(new URL(url), { pathname: '/postgres' }).href;
  const told = await counterfoil({ DATABASE_URL: empty }, 'rebuild');
  expect([told.status, told.stdout]).toEqual([1, '']);
  expect(told.stderr).toBe(
    'counterfoil: DATABASE_URL: the schema is not the newest: run `counterfoil migrate` first\n',
  );
});
