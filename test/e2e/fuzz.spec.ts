import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, eventually, type Client, type Json } from '../support/client.js';
import { createDatabase, type TestDatabase } from '../support/postgres.js';
import { startProgram, type Program } from '../support/program.js';
import { hasPython, installSchemathesis, runToEnd } from '../support/schemathesis.js';
import { query } from '../support/stack.js';

// A longer run: so many examples an endpoint, or as many as go into so many seconds; and with other ones.
const { FUZZ_EXAMPLES = '15', FUZZ_SECONDS, FUZZ_SEED = '1' } = process.env;
const bounds = FUZZ_SECONDS ? ['--max-time', FUZZ_SECONDS] : ['--max-examples', FUZZ_EXAMPLES];
const patience = 600_000 + Number(FUZZ_SECONDS ?? 0) * 1500;
const token = randomBytes(16).toString('hex');

// In CI it is never left out: there, what is missing fails.
const describeIf =
  hasPython || process.env.CI
    ? describe
    : (name: string, work: () => void) => describe.skip(`${name} (Python 3.11 with venv is missing)`, work);

describeIf('every endpoint of /openapi.json, fuzzed', () => {
  let folder: string;
  let database: TestDatabase;
  let program: Program;
  let document: Json;
  let run: Awaited<ReturnType<typeof runToEnd>>;
  let log: Json[] = [];

  beforeAll(async () => {
    const schemathesis = await installSchemathesis();
    folder = await mkdtemp(join(tmpdir(), 'counterfoil-fuzz-'));
    const tokens = join(folder, 'tokens');
    await writeFile(tokens, `fuzzer ${createHash('sha256').update(token).digest('hex')} admin\n`);
    database = await createDatabase();
    program = await startProgram(database.url, { API_TOKENS_FILE: tokens, LOG_LEVEL: 'info' });
    const client = createClient(program.url, 'main', token);
    document = (await client.get('/openapi.json')).body;
    const seeded = await seed(client);
    run = await fuzz(schemathesis, program.url, seeded);
    log = await readLog(program, client);
  }, patience);

  afterAll(async () => {
    await program?.stop();
    await database?.drop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('answers as it is documented, to what is right and to what is wrong', () => {
    // Its own report, with a request each that fails.
    if (run.status !== 0) throw new Error(`it ended with ${run.status}\n${run.output}`);
    expect(run.output).toMatch(/Selected: (\d+)\/\1\n\s+Tested: \1\n/);
  });

  it('answered nothing with 5xx, and found nothing wrong with itself', () => {
    expect(log.length).toBeGreaterThan(1000);
    expect(log.filter(({ status, level }) => status >= 500 || level >= 40)).toEqual([]);
  });

  it('got past the first look-ups: every endpoint did what it is for, at least once', () => {
    const succeeded = log
      .filter(({ status }) => status < 300)
      .map(({ method, route }) => `${method} ${route}`);
    const endpoints = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/{(\w+)}/g, ':$1')}`),
    );
    // Probes are not logged.
    const logged = endpoints.filter((endpoint) => endpoint.includes('/v1/'));
    expect(logged.length).toBeGreaterThan(25);
    expect(logged.filter((endpoint) => !succeeded.includes(endpoint))).toEqual([]);
  });

  it('left books that balance', async () => {
    const rows = await query(
      database.url,
      `select a.ledger, a.currency,
         sum(case e.side when 'debit' then e.posted else -e.posted end) as posted,
         sum(case e.side when 'debit' then e.pending else -e.pending end) as pending
       from journal.entries e join journal.accounts a on a.no = e.account_no group by 1, 2`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ posted, pending }) => posted !== '0' || pending !== '0')).toEqual([]);
  });
});

type Seeded = Record<'transactions' | 'holds', string[]>;

/** What the hooks and the examples of the documentation name. */
async function seed(client: Client): Promise<Seeded> {
  const seeded: Seeded = { transactions: [], holds: [] };
  for (const id of ['cash', 'world']) await client.open(id, { type: 'asset', min_balance: null });
  for (const id of ['alice', 'bob', 'fee', 'hotel', 'acc_1']) {
    await client.open(id);
    for (const amount of [10 ** 9, 500, 1])
      seeded.transactions.push((await client.transfer('cash', id, amount)).body.id);
  }
  for (let i = 0; i < 20; i++) {
    seeded.holds.push((await client.post('holds', { from: 'alice', to: 'hotel', amount: '500' })).body.id);
  }
  // What the read model has is known about once a second.
  const now = new Date().toISOString();
  await eventually(async () => (await client.get('trial-balance')).body.as_of > now);
  return seeded;
}

function fuzz(schemathesis: string, url: string, seeded: Seeded) {
  return runToEnd(
    schemathesis,
    [
      ...['--config-file', 'test/fuzz/schemathesis.toml', 'run', `${url}/openapi.json`],
      ...['--phases', 'examples,coverage,fuzzing,stateful', '--no-color', '--seed', FUZZ_SEED, ...bounds],
    ],
    {
      FUZZ_TOKEN: token,
      FUZZ_SEEDED: JSON.stringify(seeded),
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONFAULTHANDLER: '1',
    },
  );
}

/** Its lines, a request each and whatever else it said, once the last has been written. */
async function readLog(program: Program, client: Client): Promise<Json[]> {
  await client.get('/v1/ledgers', { 'x-trace-id': 'the-last-request' });
  let text = '';
  await eventually(async () => (text = await program.output()).includes('"the-last-request"'));
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Json] : []));
}
