import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eventually, listAccounts, post, type ListedAccount } from '../support/ledger.js';
import { startService } from '../support/service.js';

const household = 'test/data/household.jsonl.gz';
let service: Awaited<ReturnType<typeof startService>>;
let folder: string;

beforeAll(async () => {
  service = await startService();
  folder = await mkdtemp(join(tmpdir(), 'counterfoil-import-'));
});

afterAll(async () => {
  await service?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('importing ten years of household books', () => {
  it('brings every balance of the read model to what another program says', async () => {
    const done = await counterfoil(['import', household]);
    expect(done.status).toBe(0);
    expect(done.stderr).not.toMatch(/^line \d+:/m);
    expect(done.stdout).toMatch(
      /^3,938 lines: 3,938 applied, 0 refused; [\d.]+ s, [\d,]+ transactions\/s\n$/,
    );
    const expected = JSON.parse(
      await readFile('test/data/household-expected.json', 'utf8'),
    ).debit_minus_credit;
    await eventually(async () => expect(netOf(await listAccounts(service.url))).toEqual(expected));
  });

  it('changes nothing the second time, whether from the file or from stdin', async () => {
    const before = await listAccounts(service.url);
    const again = await counterfoil(['import', household]);
    expect(again.status).toBe(0);
    const piped = await counterfoil(['import', '-'], gunzipSync(await readFile(household)));
    for (const { stdout } of [again, piped]) {
      expect(stdout).toMatch(
        /^3,938 lines: 0 applied, 3,938 had been applied before, 0 refused; [\d.]+ s\n$/,
      );
    }
    await post(service.url, '/accounts', {
      id: 'later:from',
      type: 'asset',
      currency: 'USD',
      min_balance: null,
    });
    await post(service.url, '/accounts', {
      id: 'later:to',
      type: 'asset',
      currency: 'USD',
      min_balance: null,
    });
    await post(service.url, '/transfers', { from: 'later:from', to: 'later:to', amount: '1' });
    // The read model follows in order: when it shows this transfer, it would show a doubled entry before it.
    await eventually(async () => {
      const now = await listAccounts(service.url);
      expect(now.find(({ id }) => id === 'later:to')?.balances.posted.credits).toBe('1');
      expect(now.filter(({ id }) => !id.startsWith('later:'))).toEqual(before);
    });
  });

  it('shows the balances as a table and as JSON lines', async () => {
    const table = await counterfoil(['balances', '--id-prefix', 'Assets:US:BofA']);
    expect(table.stdout).toMatch(/^Assets:US:BofA:Checking\.USD +asset +USD +518\.70 +0\.00 +518\.70$/m);
    const json = await counterfoil(['balances', '--json', '--id-prefix', 'Assets:US:BofA']);
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual(['Assets:US:BofA:Checking.USD']);
  });

  it('shows a statement whose last balance is the closing balance, beyond one page of lines', async () => {
    const { status, stdout } = await counterfoil(['statement', 'Assets:US:BofA:Checking.USD']);
    expect(status).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/closing balance +518\.70$/);
    expect(lines.at(-2)).toMatch(/ 518\.70$/);
    expect(stdout).toContain('Opening Balance for checking account [bean-000001]');
  });

  it('gives a whole statement as CSV, with one header row over all its pages', async () => {
    const account = 'Assets:US:BofA:Checking.USD';
    const csv = (await counterfoil(['statement', account, '--csv', '--from', '2016-01-01'])).stdout
      .trim()
      .split('\r\n');
    const json = (await counterfoil(['statement', account, '--json'])).stdout.trim().split('\n');
    const lines = json.flatMap((page) => JSON.parse(page).lines);
    expect(lines.length).toBeGreaterThan(1000);
    // The header, the opening and the closing balance.
    expect(csv).toHaveLength(lines.length + 3);
    expect(csv.filter((row) => row.startsWith('effective_at,'))).toEqual([
      'effective_at,transaction_id,kind,reference,description,debit,credit,balance',
    ]);
    expect(csv.at(-1)).toMatch(/,,,,Closing balance,,,518\.70$/);
  });

  it('gives a whole statement as a page to print, and as it was known at a time', async () => {
    const account = 'Assets:US:BofA:Checking.USD';
    const json = (await counterfoil(['statement', account, '--json'])).stdout.trim().split('\n');
    const lines = json.flatMap((page) => JSON.parse(page).lines);
    const { stdout } = await counterfoil(['statement', account, '--html']);
    expect(stdout.split('<td class="text">')).toHaveLength(lines.length + 1);
    expect(stdout.endsWith('</html>\n')).toBe(true);
    const before = await counterfoil(['statement', account, '--csv', '--recorded-at', '2001-01-01']);
    expect(before.stdout.trim().split('\r\n')).toHaveLength(3);
  });
});

describe('a file with bad lines', () => {
  it('is imported without them, names each on stderr, and ends with status 1', async () => {
    const file = join(folder, 'bad.jsonl');
    const errors = join(folder, 'errors.jsonl');
    await writeFile(
      file,
      [
        '{"command":"open_account","id":"bad:cash","type":"asset","currency":"EUR","min_balance":null}',
        '{"command":"open_account","id":"bad:owner","type":"equity","currency":"EUR"}',
        'this is not JSON',
        '{"command":"transfer","from":"bad:nobody","to":"bad:owner","amount":"1"}',
        '{"command":"transfer","from":"bad:cash","to":"bad:owner","amount":"1.5"}',
        '',
        '{"command":"transaction","entries":[{"account":"bad:cash","side":"debit","amount":"7"},{"account":"bad:owner","side":"credit","amount":"7"}]}',
      ].join('\n'),
    );
    const done = await counterfoil(['import', file, '--errors', errors]);
    expect(done.status).toBe(1);
    expect(done.stdout).toMatch(/^6 lines: 3 applied, 3 refused;/);
    expect(done.stderr).toMatch(/^line 3: MALFORMED_JSON: /m);
    expect(done.stderr).toMatch(/^line 4: UNKNOWN_ACCOUNT: .*bad:nobody/m);
    expect(done.stderr).toMatch(/^line 5: VALIDATION_FAILED: amount must be [^(]*$/m);
    const listed = (await readFile(errors, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).line);
    expect(listed.sort()).toEqual([3, 4, 5]);
    await eventually(async () => {
      const owner = (await listAccounts(service.url)).find(({ id }) => id === 'bad:owner');
      expect(owner?.balances.posted.credits).toBe('7');
    });
  });

  it('says which file or service is missing with status 2', async () => {
    expect(await counterfoil(['import', join(folder, 'none.jsonl')])).toMatchObject({ status: 2 });
    const unreachable = await counterfoil(['import', household, '--url', 'http://127.0.0.1:9']);
    expect(unreachable.status).toBe(2);
    expect(unreachable.stderr).toMatch(/cannot be reached .*the same command resumes\n$/);
  });

  it('says that a ledger is missing with status 1', async () => {
    const done = await counterfoil(['import', household, '--ledger', 'nowhere']);
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/LEDGER_NOT_FOUND/);
  });
});

function counterfoil(
  args: string[],
  stdin?: Buffer,
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, COUNTERFOIL_URL: service.url, NODE_OPTIONS: '' };
    const options = { env, maxBuffer: 1 << 28 };
    const child = execFile(process.execPath, ['dist/src/cli.js', ...args], options, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin!.end(stdin);
  });
}

function netOf(all: ListedAccount[]): Record<string, string> {
  const nets = all.map(({ id, balances: { posted } }) => [
    id,
    String(BigInt(posted.debits) - BigInt(posted.credits)),
  ]);
  return Object.fromEntries(nets);
}
