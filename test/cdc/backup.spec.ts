import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createKafka } from '../../src/platform/kafka.js';
import { migrate } from '../../src/platform/migrate.js';
import type { Report } from '../../src/proof/verify/verify.js';
import { startBackedUpPostgres, type BackedUpPostgres } from '../support/backed-up-postgres.js';
import { counterfoil, type Ended } from '../support/cli.js';
import { eventually, post } from '../support/ledger.js';
import { startLoad } from '../support/load.js';
import { hasPostgres15, postgres15 } from '../support/postgres-15.js';
import { type } from '../support/runbook.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

jest.setTimeout(300_000);

const TOPIC = 'ledger.transactions.v1';
const describeIf = hasPostgres15
  ? describe
  : (name: string, work: () => void) => describe.skip(`${name} (Debian's postgresql-15 is missing)`, work);

let postgres: BackedUpPostgres;
let stack: TestStack;
let environment: Record<string, string>;

const run = async (name: string, more: Record<string, string> = {}): Promise<Ended> => {
  const { PATH = '' } = process.env;
  const ended = await type(name, { ...environment, ...postgres.folders, PATH, ...more });
  if (ended.status !== 0) throw new Error(`${name}: ${ended.stdout}${ended.stderr}`);
  return ended;
};

async function prove(): Promise<Report> {
  const args = ['verify', '--no-record', '--json', '--only', 'journal,outbox,read-model,topic'];
  const { stdout, stderr } = await counterfoil(args, environment);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

/** What was acknowledged under load, of which there is some of each kind. */
async function record(count: number): Promise<string[]> {
  const load = startLoad(stack.url, ['a', 'b', 'c'], { clients: 3 });
  try {
    await load.more(count);
  } finally {
    await load.stop();
  }
  return load.acknowledged;
}

async function recorded(): Promise<string[]> {
  const rows = await query<{ id: string }>(
    postgres.url,
    'select id from journal.transactions order by sequence',
  );
  return rows.map(({ id }) => id);
}

async function idsOnTopic(least: number): Promise<string[]> {
  const records = await readTopic(stack.brokers, TOPIC, events(least));
  return records.map(({ headers }) => headers.ce_id!);
}

const same = (ids: Iterable<string>) => [...new Set(ids)].sort();

describeIf('a backup', () => {
  beforeAll(async () => {
    process.env.PATH = `${postgres15}:${process.env.PATH}`;
    postgres = await startBackedUpPostgres();
    await migrate(postgres.url);
    stack = await startTestStack({ database: postgres });
    await stack.startStreaming();
    environment = { ...(await stack.environment()), BACKUP_URL: postgres.url };
    for (const id of ['a', 'b', 'c'])
      await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
    await run('archive-wal');
    await postgres.restart();
  }, 240_000);

  afterAll(() => stack?.stop(), 60_000);

  it('restored to the end of the WAL lost nothing: consumers see events twice, and no hole', async () => {
    const load = startLoad(stack.url, ['a', 'b', 'c'], { clients: 3 });
    try {
      await run('base-backup', { BACKUP: `${postgres.folders.BACKUPS}/first` });
      await load.more(30);
    } finally {
      await load.stop();
    }
    await postgres.lose();
    await run('rescue-wal', { LOST: `${postgres.folders.PGDATA}.lost` });
    await run('restore', { BACKUP: `${postgres.folders.BACKUPS}/first`, MOMENT: '' });
    await postgres.start();

    expect(await recorded()).toEqual(expect.arrayContaining(load.acknowledged));
    await run('restored-whole');
    const more = await record(10);
    const all = await recorded();
    expect(all).toEqual(expect.arrayContaining(more));
    const seen = await idsOnTopic(all.length);
    expect(same(seen)).toEqual(same(all));
    expect(seen.length).toBeGreaterThan(all.length);
    const report = await prove();
    expect(report.findings).toEqual([]);
    expect(report.parts.topic!.looked.repeated).toBeGreaterThanOrEqual(load.acknowledged.length);
  });

  it('restored to a moment: topics and read model begin anew, and agree with the journal', async () => {
    await run('base-backup', { BACKUP: `${postgres.folders.BACKUPS}/second` });
    const kept = [...(await recorded()), ...(await record(20))];
    const [moment] = await query<{ now: string }>(postgres.url, 'select clock_timestamp()::text as now');
    const key = randomUUID();
    const order = { from: 'a', to: 'b', amount: '99', reference: 'lost-order' };
    const lost = [
      ...(await record(20)),
      (await post(stack.url, '/transfers', order, { 'idempotency-key': key })).id,
    ];
    await idsOnTopic(kept.length + lost.length);
    await query(postgres.url, 'select pg_switch_wal()');
    await eventually(async () => {
      const [row] = await query<{ behind: number }>(
        postgres.url,
        `select (select count(*)::int from pg_ls_archive_statusdir() where name like '%.ready') as behind`,
      );
      expect(row!.behind).toBe(0);
    });
    await postgres.lose();
    await run('restore', { BACKUP: `${postgres.folders.BACKUPS}/second`, MOMENT: moment!.now });
    await postgres.start();
    expect(same(await recorded())).toEqual(same(kept));

    // What consumers have seen did not happen: that shows, until the topics are made anew.
    await stack.stopWorkers();
    const before = await counterfoil(['verify', '--no-record', '--json', '--only', 'topic'], environment);
    const found = (JSON.parse(before.stdout) as Report).findings.map(({ subject }) => subject);
    for (const id of lost) expect(found).toContainEqual(expect.stringContaining(`event ${id} at ${TOPIC}[`));

    await run('restored-with-kafka');
    await stack.startWorker('after-restore');
    // The key of a lost command is lost too: sent again, it takes effect again.
    const again = await post(stack.url, '/transfers', order, { 'idempotency-key': key });
    expect(lost).not.toContain(again.id);
    const more = [again.id, ...(await record(10))];
    const all = await recorded();
    expect(same(all)).toEqual(same([...kept, ...more]));
    expect(same(await idsOnTopic(all.length))).toEqual(same(all));
    await eventually(async () => expect((await prove()).findings).toEqual([]), 60_000);
    await run('restored-proof');
  });

  it('is not needed to see that a topic differs: what is foreign, altered or missing is named', async () => {
    const records = await readTopic(stack.brokers, TOPIC, () => true);
    const { key, value, headers, partition } = records.at(-1)!;
    const producer = createKafka(stack.brokers, 'test').producer();
    await producer.connect();
    const send = (payload: string, id: string) =>
      producer.send({
        topic: TOPIC,
        messages: [{ key: key!, value: payload, partition, headers: { ...headers, ce_id: id } }],
      });
    await send(value!, headers.ce_id!);
    expect((await prove()).findings).toEqual([]);
    await send(value!, 'phantom');
    await send(value!.replace('"posted":"', '"posted":"1'), headers.ce_id!);
    await producer.disconnect();
    const [silent] = await query<{ id: string }>(
      postgres.url,
      `alter table journal.annotations disable trigger all;
       insert into journal.annotations (transaction_id, revision, sequence, id, metadata, recorded_at, principal)
       select id, 2, nextval('journal.sequence'), gen_random_uuid(), '{}', clock_timestamp() - interval '1 day', 'test'
       from journal.transactions order by sequence desc limit 1`,
    ).then(() => query<{ id: string }>(postgres.url, 'select id from journal.annotations'));
    const { stdout, status } = await counterfoil(
      ['verify', '--no-record', '--json', '--only', 'topic'],
      environment,
    );
    expect(status).toBe(3);
    const findings = (JSON.parse(stdout) as Report).findings.map(
      ({ subject, detail }) => `${subject}: ${detail}`,
    );
    expect(findings.sort()).toEqual([
      `change ${silent!.id} of a transaction's metadata: its event is not in its topic`,
      expect.stringMatching(/^event [0-9a-f-]{36} at \S+: is not what the journal makes: payload$/),
      expect.stringMatching(
        /^event phantom at ledger\.transactions\.v1\[\d+\]@\d+: the journal has no such event; /,
      ),
    ]);
  });
});
