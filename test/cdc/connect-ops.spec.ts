import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ConfigResourceTypes } from 'kafkajs';
import { promisify } from 'node:util';
import { watchConnectors } from '../../src/connect/connector-watch.js';
import { connectorStatus } from '../../src/connect/connector.js';
import { withAdmin } from '../../src/platform/kafka.js';
import { createPool } from '../../src/platform/postgres.js';
import { freePort, type Part } from '../../src/stack/process.js';
import { eventually, post } from '../support/ledger.js';
import { query, startTestStack, type TestStack } from '../support/stack.js';
import { events, readTopic } from '../support/topic.js';

const CONNECTOR = 'counterfoil-outbox';
const TOPIC = 'ledger.transactions.v1';
const NOTICED_MS = 30_000;

interface Watcher {
  part: Part;
  url: string;
}

let stack: TestStack;
let watchers: Watcher[];
let recorded = 0;

beforeAll(async () => {
  stack = await startTestStack();
  for (const id of ['a', 'b'])
    await post(stack.url, '/accounts', { id, type: 'asset', currency: 'USD', min_balance: null });
  await stack.startStreaming();
  watchers = await Promise.all([1, 2].map(startWatcher));
  await transfer(1);
  await expectAllInTopic();
}, 120_000);

afterAll(() => stack?.stop(), 60_000);

describe('connect status', () => {
  it('--json gives lag, room and age to programs', async () => {
    await eventually(async () => {
      const { code, stdout } = await cli('status', '--json');
      const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: object[] };
      expect({ code, healthy }).toEqual({ code: 0, healthy: true });
      expect(checks).toEqual([
        expect.objectContaining({
          connector: CONNECTOR,
          status: 'RUNNING',
          newest_event_age_seconds: expect.any(Number),
        }),
        expect.objectContaining({
          slot: 'counterfoil_outbox',
          status: 'ok',
          lag_bytes: expect.any(Number),
          wal_status: 'reserved',
          safe_wal_bytes: expect.any(Number),
        }),
        expect.objectContaining({ what: `topics of ${CONNECTOR}`, healthy: true }),
      ]);
    });
  });

  it('says of each part by itself that it is not there', async () => {
    const nowhere = {
      KAFKA_BROKERS: '127.0.0.1:9',
      CONNECT_URL: 'http://127.0.0.1:9',
      DATABASE_URL: 'postgres://u:p@127.0.0.1:9/d',
    };
    const { code, stdout } = await cliWith(nowhere, 'status', '--json');
    const { checks } = JSON.parse(stdout) as { checks: { healthy: boolean; state: string }[] };
    expect(code).toBe(1);
    for (const { healthy, state } of checks)
      expect({ healthy, state }).toEqual({
        healthy: false,
        state: expect.stringMatching(/ECONNREFUSED|Connection error|bad port/),
      });
  });
});

describe('the replication slot', () => {
  it('is a failover slot', async () => {
    expect(await query(stack.databaseUrl, 'select failover from pg_replication_slots')).toEqual([
      { failover: true },
    ]);
  });

  it('keeps no WAL of other tables while no event comes', async () => {
    await query(
      stack.databaseUrl,
      'create table busy as select repeat(n::text, 40) as text from generate_series(1, 100000) n',
    );
    const [{ written }] = (await query<{ written: string }>(
      stack.databaseUrl,
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as written`,
    )) as [{ written: string }];
    // Nothing is written meanwhile but heartbeats.
    await eventually(async () => {
      const [slot] = await query<{ confirmed: string; lag: string }>(
        stack.databaseUrl,
        `select pg_wal_lsn_diff(confirmed_flush_lsn, '0/0') as confirmed,
                pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) as lag from pg_replication_slots`,
      );
      expect(BigInt(slot!.confirmed)).toBeGreaterThanOrEqual(BigInt(written));
      expect(Number(slot!.lag)).toBeLessThan(100_000);
    });
  });
});

describe('connect apply', () => {
  it('changes nothing when all is well, and only heartbeats have moved the slot', async () => {
    const lines: string[] = [];
    await stack.apply({ log: (line) => void lines.push(line) });
    expect(lines).toEqual([
      expect.stringMatching(/^Topics: all \d+ as they should be$/),
      'Replication slot: present',
      `Connector ${CONNECTOR}: running`,
    ]);
  });
});

describe('connect pause', () => {
  it('holds the events back and says for how long that is safe, resume lets them go, nobody restarts it meanwhile', async () => {
    const { stdout } = await cli('pause');
    expect(stdout).toMatch(
      /^Connector counterfoil-outbox: paused\. Safe until [\d.]+ GB more of WAL are written\n/,
    );
    await transfer(3);
    await eventually(async () =>
      expect(await metric(watchers[0]!, `connector_up{connector="${CONNECTOR}"}`)).toBe(0),
    );
    await eventually(async () =>
      expect(logOf(watchers[0]!)).toContain('it is paused. To go on: counterfoil connect resume'),
    );
    expect((await connectorStatus(stack.connectUrl(), CONNECTOR))!.state).toBe('PAUSED');
    await expect(expectAllInTopic(1_000)).rejects.toThrow('is not complete');

    expect((await cli('resume')).stdout).toBe(`Connector ${CONNECTOR}: running\n`);
    await expectAllInTopic();
    await eventually(() => expectStream(stack.url, { status: 'ok', slot: 'ok' }));
    expect(await restarts()).toEqual([0, 0]);
  }, 90_000);
});

describe('connect restart', () => {
  it('goes on from where it was', async () => {
    expect((await cli('restart')).stdout).toBe(`Connector ${CONNECTOR}: restarted, running\n`);
    await transfer(3);
    await expectAllInTopic();
  }, 60_000);
});

describe('a task that failed', () => {
  it('is noticed and restarted by one of the workers', async () => {
    await largestRecord(100);
    await transfer(3);
    await eventually(async () => expect(Math.max(...(await restarts()))).toBeGreaterThan(0), NOTICED_MS);
    await largestRecord(1_000_000);
    await expectAllInTopic();
    const counts = await restarts();
    expect(Math.min(...counts)).toBe(0);
    const leader = watchers[counts[0] === 0 ? 1 : 0]!;
    expect(logOf(leader)).toMatch(
      /connector counterfoil-outbox restarted \(failed: .*\); if that doesn't help, again in 5 s/,
    );
    await eventually(async () =>
      expect(await metric(leader, `connector_up{connector="${CONNECTOR}"}`)).toBe(1),
    );
  }, 120_000);

  it('is restarted by another worker when the one that did it was killed', async () => {
    const counts = await restarts();
    const [dead, heir] = counts[0]! > 0 ? watchers : watchers.toReversed();
    await dead!.part.kill9();
    watchers = [heir!];
    await largestRecord(100);
    await transfer(3);
    await eventually(async () => expect((await restarts())[0]).toBeGreaterThan(0), NOTICED_MS);
    await largestRecord(1_000_000);
    await expectAllInTopic();
  }, 120_000);
});

describe('a slot that was dropped', () => {
  it('shows everywhere, and apply recovers it and shows that nothing was skipped', async () => {
    await stack.dropSlot();
    await transfer(3);
    await eventually(() => expectStream(stack.url, { status: 'degraded', slot: 'missing' }));
    const [watcher] = watchers;
    await expectStream(watcher!.url, { status: 'degraded', slot: 'missing' });
    const before = (await restarts())[0];
    await eventually(async () => {
      const status = 'replication_slot_status{slot="counterfoil_outbox",status="missing"}';
      expect(await metric(watcher!, status)).toBe(1);
      expect(logOf(watcher!)).toContain(
        'replication slot counterfoil_outbox is missing: no event reaches Kafka. To recover: counterfoil connect apply',
      );
    });
    // It would not help.
    expect((await restarts())[0]).toBe(before);

    const lines: string[] = [];
    await stack.apply({ log: (line) => void lines.push(line) });
    expect(lines.at(-1)).toMatch(
      new RegExp(
        `^Nothing was skipped: the journal held (\\d+) events, \\1 were made again, the topics took \\d+ records`,
      ),
    );
    await expectAllInTopic();
    await eventually(() => expectStream(stack.url, { status: 'ok', slot: 'ok' }));
    await eventually(async () =>
      expect(logOf(watcher!)).toContain('replication slot counterfoil_outbox is read again'),
    );
  }, 120_000);

  it('is not recovered silently when events are left out', async () => {
    await stack.dropSlot();
    await expect(stack.apply({ republish: async () => recorded })).rejects.toThrow(
      /Only \d+ of the \d+ events/,
    );
    await stack.apply();
    await expectAllInTopic();
  }, 90_000);
});

describe('a stream that stands still while the connector says RUNNING', () => {
  it('is noticed by its slot, and restarted', async () => {
    await stack.stopWorkers();
    const lines: string[] = [];
    const log = { info: note, warn: note, error: note };
    function note(_: unknown, line?: string): void {
      lines.push(line!);
    }
    const pool = createPool(stack.databaseUrl, {
      role: 'counterfoil_projector',
      max: 3,
      applicationName: 'test',
    });
    const watch = watchConnectors({ pool, connectUrl: stack.connectUrl(), log, stuckMs: 5_000 });
    try {
      await withAdmin(stack.brokers, (admin) => admin.deleteTopics({ topics: [TOPIC] }));
      await transfer(3);
      await eventually(async () => {
        expect(lines).toContainEqual(expect.stringMatching(/it says RUNNING, but/));
        expect(lines).toContainEqual(expect.stringMatching(/restarted \(it says RUNNING/));
      });
    } finally {
      await watch.stop();
      await pool.end();
    }
    await stack.apply();
    await expectAllInTopic();
  }, 120_000);
});

/** A record that the topic doesn't take ends the task; when it takes it again, a restart is enough. */
async function largestRecord(bytes: number): Promise<void> {
  const configEntries = [
    { name: 'max.message.bytes', value: String(bytes) },
    { name: 'retention.ms', value: '-1' },
  ];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: TOPIC, configEntries }];
  await withAdmin(stack.brokers, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
}

async function startWatcher(n: number): Promise<Watcher> {
  const port = await freePort();
  const settings = { CONNECT_URL: stack.connectUrl(), METRICS_PORT: String(port) };
  const part = await stack.startWorker(`watcher-${n}`, settings);
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/health/live`)).status).toBe(200));
  return { part, url };
}

/** Each watcher's, in their order. */
async function restarts(): Promise<number[]> {
  return Promise.all(
    watchers.map((watcher) => metric(watcher, `connector_restarts_total{connector="${CONNECTOR}"}`)),
  );
}

/** 0 when it has not been set. */
async function metric({ url }: Watcher, name: string): Promise<number> {
  const line = (await (await fetch(`${url}/metrics`)).text())
    .split('\n')
    .find((line) => line.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

async function expectStream(url: string, { status, slot }: { status: string; slot: string }): Promise<void> {
  const ready = (await (await fetch(`${url}/health/ready`)).json()) as object;
  expect(ready).toMatchObject({ status, checks: { stream: { slot } } });
}

function logOf({ part }: Watcher): string {
  return readFileSync(part.logFile, 'utf8');
}

function cli(...args: string[]): Promise<{ code: number; stdout: string }> {
  const { databaseUrl, brokers } = stack;
  const env = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    CONNECT_URL: stack.connectUrl(),
  };
  return cliWith(env, ...args);
}

async function cliWith(env: Record<string, string>, ...args: string[]) {
  const full = { ...process.env, NODE_OPTIONS: '', ...env };
  try {
    const run = promisify(execFile)(process.execPath, ['dist/src/cli.js', 'connect', ...args], { env: full });
    return { code: 0, stdout: (await run).stdout };
  } catch (error) {
    return error as { code: number; stdout: string };
  }
}

async function transfer(times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) await post(stack.url, '/transfers', { from: 'a', to: 'b', amount: '1' });
  recorded += times;
}

async function expectAllInTopic(withinMs = 30_000): Promise<void> {
  await readTopic(stack.brokers, TOPIC, events(recorded), { withinMs, quietMs: 0 });
}
