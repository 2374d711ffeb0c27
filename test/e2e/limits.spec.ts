import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient, eventually, type Client, type Reply } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';
import { writeTokens } from '../support/tokens.js';

const names = {
  teller: '',
  bursts: 'rate:1 burst:5',
  bulks: 'rate:1 burst:10',
  streams: 'rate:20 burst:1',
  metered: 'quota:10',
};
let tokens: Awaited<ReturnType<typeof writeTokens>>;
let services: TestService[];
let owner: pg.Client;
const clientOf = (name: keyof typeof names, at = 0): Client => createClient(services[at]!.url, 'main', name);

beforeAll(async () => {
  tokens = await writeTokens(names);
  const first = await startService({ API_TOKENS_FILE: tokens.file });
  services = [first, await startService({ API_TOKENS_FILE: tokens.file }, first.databaseUrl)];
  owner = new pg.Client({ connectionString: first.databaseUrl });
  await owner.connect();
  for (const id of ['from', 'to']) await clientOf('teller').open(id, { min_balance: null });
});

afterAll(async () => {
  await owner?.end();
  for (const service of (services ?? []).reverse()) await service.stop();
  await tokens?.remove();
});

const recordedBy = async (principal: string) =>
  Number(
    (await owner.query('select count(*) from journal.transactions where principal = $1', [principal])).rows[0]
      .count,
  );

function expectLimited({ status, body, headers }: Reply, most: number): void {
  expect([status, body.code]).toEqual([429, 'RATE_LIMITED']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(most);
}

describe('the rate of a principal', () => {
  it('allows its burst and then so many a second; the others’ requests don’t count', async () => {
    const client = clientOf('bursts');
    const started = performance.now();
    const replies = await Promise.all(Array.from({ length: 40 }, () => client.transfer('from', 'to', 1)));
    const since = Math.floor((performance.now() - started) / 1000);
    const taken = replies.filter(({ status }) => status === 201).length;
    expect(taken).toBeGreaterThanOrEqual(5);
    expect(taken).toBeLessThanOrEqual(5 + since);
    for (const reply of replies) if (reply.status !== 201) expectLimited(reply, 1);
    expect((await clientOf('teller').transfer('from', 'to', 1)).status).toBe(201);
    await eventually(async () => (await client.get('accounts/from')).status === 200);
    expect(await recordedBy('bursts')).toBe(taken);
  });

  it('is charged with each command of a bulk, which may be larger than the burst', async () => {
    const client = clientOf('bulks');
    const commands = Array.from({ length: 100 }, () => ({
      command: 'transfer',
      from: 'from',
      to: 'to',
      amount: 1,
    }));
    const bulk = await client.post('bulk', { mode: 'atomic', commands });
    expect(bulk.status).toBe(201);
    const refused = await client.get('accounts/from');
    expectLimited(refused, 91);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    expect(await recordedBy('bulks')).toBe(100);
  });

  it('slows a stream of lines down', async () => {
    const { hostname, port } = new URL(services[0]!.url);
    const headers = {
      authorization: 'Bearer streams',
      'content-type': 'application/x-ndjson',
      'idempotency-key': randomUUID(),
    };
    const call = request({ hostname, port, path: '/v1/ledgers/main/bulk', method: 'POST', headers });
    call.flushHeaders();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.setEncoding('utf8');
    let text = '';
    answer.on('data', (more: string) => (text += more));
    const ended = once(answer, 'end');
    const line = '{"command":"transfer","from":"from","to":"to","amount":1}\n';
    const answered = () => text.split('\n').length - 1;
    const send = async (lines: number) => {
      const before = answered();
      call.write(line.repeat(lines));
      await eventually(async () => answered() === before + lines);
    };
    const started = performance.now();
    await send(1);
    await send(40);
    // Not before 40 are paid for.
    await send(1);
    expect(performance.now() - started).toBeGreaterThan(1_900);
    call.end();
    await ended;
    const statuses = text
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one).status);
    expect(statuses).toEqual(Array.from({ length: 42 }, () => 201));
  });
});

describe('a refused request', () => {
  const post = (body: string, length = body.length) =>
    `POST /v1/ledgers/main/transfers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer bulks\r\n` +
    `content-type: application/json\r\nidempotency-key: k\r\ncontent-length: ${length}\r\n\r\n${body}`;

  /** What comes back on one connection. */
  const exchange = async (text: string, isAll: (received: string) => boolean) => {
    const { hostname, port } = new URL(services[0]!.url);
    const socket = connect(Number(port), hostname).setEncoding('latin1');
    let received = '';
    socket.on('data', (more: string) => (received += more));
    const closed = once(socket, 'close');
    socket.write(text);
    await Promise.race([closed, eventually(async () => isAll(received))]);
    socket.destroy();
    return received;
  };

  it('leaves its connection to the next one, though its body was not read', async () => {
    const body = JSON.stringify({ from: 'from', to: 'to', amount: '1' });
    const next = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n';
    const received = await exchange(post(body) + next, (text) => text.includes('HTTP/1.1 200'));
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 429', 'HTTP/1.1 200']);
    expect(received).toContain('"code":"RATE_LIMITED"');
    expect(received).not.toMatch(/connection: close/i);
  });

  it('with a large body ends it, rather than have it all sent', async () => {
    const received = await exchange(post('{', 900_000), () => false);
    expect(received).toMatch(/^HTTP\/1.1 429 [^]*connection: close/i);
  });

  it('is counted by reason and urgency', async () => {
    expectLimited(await clientOf('bulks').get('accounts', { priority: 'u=6' }), 91);
    const metrics = await (await fetch(`${services[0]!.url}/metrics`)).text();
    expect(metrics).toMatch(/^requests_refused_total\{reason="rate",urgency="6"\} [1-9]/m);
  });
});

describe('the quota of a day', () => {
  it('is shared by all processes, and ends with the day', async () => {
    const [here, there] = [clientOf('metered'), clientOf('metered', 1)];
    let taken = 0;
    const use = async (client: Client) => {
      const { status } = await client.transfer('from', 'to', 1);
      if (status === 201) taken++;
      return status;
    };
    const used = async () =>
      Number(
        (await owner.query(`select sum(used) from journal.quotas where principal = 'metered'`)).rows[0].sum,
      );
    for (const client of [here, there, here, there, here, there]) expect(await use(client)).toBe(201);
    await eventually(async () => (await used()) === 6);
    // Four are left, whoever takes them.
    const commands = Array.from({ length: 4 }, () => ({
      command: 'transfer',
      from: 'from',
      to: 'to',
      amount: 1,
    }));
    expect((await here.post('bulk', { mode: 'independent', commands })).status).toBe(200);
    taken += 4;
    for (const client of [here, there]) await eventually(async () => (await use(client)) === 429);
    const refused = await there.transfer('from', 'to', 1);
    expectLimited(refused, 86_400);
    expect(refused.body.detail).toContain('quota of 10 commands');
    expect((await there.get('accounts/from')).status).toBe(200);
    expect(await recordedBy('metered')).toBe(taken);
    await eventually(async () => (await used()) === taken);
  });
});
