import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Part } from '../../src/stack/process.js';
import { eventually, post } from '../support/ledger.js';
import { fillDisk } from '../support/full-disk.js';
import { startLink, type Link } from '../support/link.js';
import { startLoad, type Load } from '../support/load.js';
import { expectReadModelAsJournal, openLetters, statusOf } from '../support/read-model.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';

const PARTITIONS = 12;
const RECOVERY_MS = 60_000;
const MOST_LAG_SECONDS = 15;
const accounts = ['a', 'b', 'c', 'd', 'e'];
let stack: TestStack;
let link: Link;
let load: Load;
const acknowledged: string[] = [];
const workers = new Map<string, Part>();

beforeAll(async () => {
  stack = await startTestStack();
  for (const id of accounts)
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
  workers.set('worker', stack.worker());
  link = await startLink(Number(stack.brokers[0]!.split(':')[1]), { kafka: true });
  await start('second');
  await start('behind-a-link');
}, 120_000);

afterAll(async () => {
  await link?.close();
  await stack?.stop();
}, 60_000);

beforeEach(() => {
  load = startLoad(stack.url, accounts, { clients: 4 });
});

afterEach(async () => {
  await load.stop();
  acknowledged.push(...load.acknowledged);
  await eventually(() => expectReadModelAsJournal(stack.databaseUrl, acknowledged), RECOVERY_MS);
  expect(await openLetters(stack.databaseUrl)).toEqual([]);
}, 90_000);

describe('three workers', () => {
  it('share the partitions', async () => {
    await eventually(() => expectShared(), RECOVERY_MS);
    await load.more(50);
  }, 90_000);

  it('go on as two when one is killed', async () => {
    await workers.get('second')!.kill9();
    workers.delete('second');
    await load.more(50);
    await eventually(() => expectShared(), RECOVERY_MS);
    await start('second');
    await eventually(() => expectShared(), RECOVERY_MS);
  }, 180_000);

  it('get on without one that is stopped, which goes on later as if nothing had been', async () => {
    const { pid } = workers.get('second')!;
    await load.more(50);
    process.kill(pid, 'SIGSTOP');
    try {
      await eventually(() => expectShared(['second']), RECOVERY_MS);
      await load.more(50);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await eventually(() => expectShared(), RECOVERY_MS);
    await expectAllAlive();
  }, 180_000);

  it('get on without one that Kafka cannot be reached from, which goes on later', async () => {
    await load.more(50);
    link.interrupt();
    try {
      await eventually(() => expectShared(['behind-a-link']), RECOVERY_MS);
      await load.more(50);
    } finally {
      link.mend();
    }
    await eventually(() => expectShared(), RECOVERY_MS);
    await expectAllAlive();
  }, 180_000);

  it('are replaced one after the other, and never far behind', async () => {
    let most = 0;
    let done = false;
    const watch = (async () => {
      while (!done) {
        most = Math.max(most, (await statusOf(stack.databaseUrl)).lag_seconds);
        await sleep(200);
      }
    })();
    try {
      for (const name of [...workers.keys()]) {
        await workers.get(name)!.stop();
        await start(name);
        await load.more(100);
      }
    } finally {
      done = true;
      await watch;
    }
    await eventually(() => expectShared(), RECOVERY_MS);
    await load.stop();
    await eventually(async () => expect((await statusOf(stack.databaseUrl)).lag_events).toBe(0));
    // Far beyond what it takes: a worker that left nothing behind when it went is waited for no time at all.
    expect(most).toBeLessThan(MOST_LAG_SECONDS);
  }, 180_000);
});

describe('a worker that Postgres refuses to write for', () => {
  const login = `worker_${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    await sql(`create role ${login} login password 'test' in role counterfoil_projector`);
    const url = new URL(stack.databaseUrl);
    [url.username, url.password] = [login, 'test'];
    await stack.stopWorkers();
    workers.clear();
    workers.set('refused', await stack.startWorker('refused', { DATABASE_URL: url.href }));
    await eventually(() => expectShared(), RECOVERY_MS);
  }, 90_000);

  afterAll(async () => {
    await stack.stopWorkers();
    await sql(`drop role ${login}`);
  });

  it('since it is read-only: waits, and goes on by itself', async () => {
    await load.more(50);
    const renew = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${login}'`;
    await sql(`alter role ${login} set default_transaction_read_only = on`);
    try {
      await sql(renew);
      await expectWaiting('"code":"25006"');
    } finally {
      // As after a switch-over: it can be written to again, and the sessions of before are left as they are.
      await sql(`alter role ${login} reset default_transaction_read_only`);
    }
    await load.more(50);
  }, 120_000);

  it('since its disk is full: waits, and goes on by itself', async () => {
    const makeRoom = await fillDisk(stack.databaseUrl, 'lines_v1.lines');
    try {
      await expectWaiting('"code":"53100"');
    } finally {
      await makeRoom();
    }
    await load.more(50);
  }, 120_000);

  /** Tried more than once, with commands acknowledged meanwhile. */
  async function expectWaiting(code: string): Promise<void> {
    const refusals = () =>
      readFileSync(workers.get('refused')!.logFile, 'utf8')
        .split('\n')
        .filter((line) => line.includes(code) && line.includes('will try again'));
    await eventually(async () => expect(refusals().length).toBeGreaterThan(3), RECOVERY_MS);
    await load.more(50);
    expect(refusals().some((line) => line.includes('"attempts":3'))).toBe(true);
  }
});

const sql = (text: string) => query(stack.databaseUrl, text);

async function start(name: string): Promise<void> {
  const behind: Record<string, string> =
    name === 'behind-a-link' ? { KAFKA_BROKERS: `127.0.0.1:${link.port}` } : {};
  workers.set(name, await stack.startWorker(name, behind));
}

/** Each partition has one worker, and each worker some; `without` those that are away. */
async function expectShared(without: string[] = []): Promise<void> {
  const there = [...workers].filter(([name]) => !without.includes(name));
  const shares = there.map(([, worker]) => partitionsOf(worker));
  for (const share of shares) expect(share.length).toBeGreaterThan(0);
  expect(shares.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: PARTITIONS }, (_, n) => n));
}

/** Those that it was given last since its start. */
function partitionsOf({ logFile }: Part): number[] {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  const started = lines.findLastIndex((line) => line.includes('projection worker started'));
  const given = lines.slice(started).findLast((line) => line.includes('partitions assigned'));
  return given ? (JSON.parse(given) as { partitions: number[] }).partitions : [];
}

async function expectAllAlive(): Promise<void> {
  for (const { ended } of workers.values()) {
    expect(await Promise.race([ended, sleep(0, 'alive')])).toBe('alive');
  }
}
