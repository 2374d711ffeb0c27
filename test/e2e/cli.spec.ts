import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

// Nothing here gets as far as asking a service.
describe('counterfoil', () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    for (const option of ['--version', '-v']) {
      expect(await counterfoil(option)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    }
  });

  const statement = ['statement', 'alice'];

  it.each<[string, string[], RegExp]>([
    ['an unknown command', ['frob'], /unknown command 'frob'/],
    ['an unknown command below another', ['connect', 'frob'], /unknown command 'frob'/],
    ['an unknown command of events', ['events', 'frob'], /unknown command 'frob'/],
    ['an unknown command of holds', ['holds', 'frob'], /unknown command 'frob'/],
    ['an unknown status', ['holds', 'list', '--status', 'open'], /--status open is not one of: pending, /],
    ['an argument too many of holds', ['holds', 'rebuild', 'now'], /too many arguments/],
    [
      'no database to rebuild holds in',
      ['holds', 'rebuild'],
      /DATABASE_URL must be set, since no service runs on/,
    ],
    ['an unknown option', ['balances', '--frob'], /unknown option '--frob'/],
    ['an argument too many', ['balances', 'all'], /too many arguments/],
    ['an argument too few', ['statement'], /missing required argument 'account'/],
    ['a file that is not there', ['import', 'nofile'], /there is no file nofile$/],
    ['a folder in place of a file', ['import', 'src'], /src is a folder$/],
    [
      'a list of refusals in no folder',
      ['import', 'package.json', '--errors', 'no/x'],
      /no folder for no\/x$/,
    ],
    ['a day in words', [...statement, '--from', 'yesterday'], /--from yesterday: .*2026-01-31.* RFC 3339/],
    ['a day that no month has', [...statement, '--to', '2026-02-30'], /--to 2026-02-30: /],
    [
      'a range from back to front',
      [...statement, '--from', '2017-01-01', '--to', '2016-01-01'],
      /--from is after --to$/,
    ],
    [
      'a time in words',
      ['trial-balance', '--recorded-at', 'lately'],
      /--recorded-at lately: .*2026-01-31.* RFC 3339/,
    ],
    ['two formats', [...statement, '--csv', '--html'], /--csv and --html exclude each other$/],
    ['a time of recording in words', [...statement, '--recorded-at', 'then'], /--recorded-at then: /],
    ['an unknown type', ['balances', '--type', 'money'], /--type money is not one of: asset/],
  ])('%s: one line, status 2', async (_, args, reason) => {
    const { status, stdout, stderr } = await counterfoil(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^counterfoil: .*\n$/);
    expect(stderr.trim()).toMatch(reason);
  });

  it('never shows a token that cannot be sent', async () => {
    for (const token of ['hush\n', 'hu\u0007sh', 'hu sh', 'húsh']) {
      const told = [await counterfoil('balances', '--token', token), await withToken(token, 'balances')];
      for (const { status, stderr } of told) {
        expect(status).toBe(2);
        expect(stderr).toMatch(/^counterfoil: (--token|COUNTERFOIL_TOKEN) has .*\n$/);
        expect(stderr).not.toMatch(/h[uú].?sh/);
      }
    }
  });
});

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

function counterfoil(...args: string[]): Promise<Ended> {
  return withToken('', ...args);
}

function withToken(token: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, COUNTERFOIL_URL: 'http://127.0.0.1:9', COUNTERFOIL_TOKEN: token };
    execFile(process.execPath, ['dist/src/cli.js', ...args], { env }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
