import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, eventually, type Client, type Json } from '../support/client.js';
import { startService, type TestService } from '../support/service.js';
import { openStream, stream } from '../support/stream.js';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = createClient(service.url);
  for (const id of ['world', 'shop']) await client.open(id, { min_balance: null });
});

afterAll(() => service?.stop());

const transfer = (more: object = {}) => ({
  command: 'transfer',
  from: 'world',
  to: 'shop',
  amount: '1',
  ...more,
});
const statuses = (answers: Json[]): number[] => answers.map(({ status }) => status);
const version = async (id: string): Promise<number> => (await client.account(id)).version;
const bulk = (commands: unknown[], key: string) =>
  client.post('bulk', { mode: 'independent', commands }, { key });

describe('lines of commands', () => {
  test('are answered in order, each at once, while the request is open', async () => {
    const opened = await openStream(service.url);
    expect([opened.status, opened.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
    for (const amount of ['5', '6']) {
      await opened.send(transfer({ amount }));
      const { status, body } = await opened.next();
      expect([status, body.entries[0].amount]).toEqual([201, amount]);
    }
    await opened.send(transfer({ to: 'nobody' }), transfer());
    expect((await opened.next()).body.code).toBe('UNKNOWN_ACCOUNT');
    opened.end();
    expect(statuses(await opened.rest())).toEqual([201]);
  });

  test('that are wrong are refused alone', async () => {
    const answers = await stream(service.url, [
      transfer(),
      '{"command":\n',
      '\n',
      transfer({ description: 'a\u0000b' }),
      '{"command":"transfer","from":"world","to":"shop","amount":"1","metadata":{"deep":["\\ud800"]}}\n',
      transfer({ amount: 'x' }),
      { command: 'unheard' },
      '7\n',
      `{"x":"${'y'.repeat(1024 * 1024)}"}\n`,
      transfer(),
    ]);
    expect(answers.map(({ status, body }) => body.code ?? status)).toEqual([
      201,
      'MALFORMED_JSON',
      ...Array.from({ length: 5 }, () => 'VALIDATION_FAILED'),
      'PAYLOAD_TOO_LARGE',
      201,
    ]);
    expect(answers[2].body.errors[0].path).toBe('description');
    expect(answers[3].body.errors[0].path).toBe('metadata.deep.0');
    expect(answers[4].body.errors[0].path).toBe('amount');
  });

  test('may use what earlier ones made, also in another slice', async () => {
    const id = randomUUID();
    const open = { command: 'open_account', id: 'opened-by-line', type: 'liability', currency: 'USD' };
    const fill = Array.from({ length: 700 }, () => transfer({ to: 'opened-by-line' }));
    const hold = { command: 'hold', id, from: 'opened-by-line', to: 'shop', amount: '700' };
    const posted = randomUUID();
    const answers = await stream(service.url, [
      ...[open, ...fill, hold, { command: 'capture', hold_id: id, amount: '300' }],
      ...[transfer({ id: posted }), { command: 'reverse', transaction_id: posted }],
    ]);
    expect(new Set(statuses(answers))).toEqual(new Set([201]));
    expect(await client.balance('opened-by-line')).toBe('400');
  });

  test('have no end that a bulk of JSON has: more than 10,000, more than 16 MiB', async () => {
    const short = Array.from({ length: 10_500 }, () => '{}\n').join('');
    const long = `{"command":"${'x'.repeat(1_000_000)}"}\n`;
    const answers = await stream(
      service.url,
      [short, ...Array.from({ length: 18 }, () => long), transfer()],
      {
        headers: {
          'content-length': String(short.length + 18 * long.length + JSON.stringify(transfer()).length + 1),
        },
      },
    );
    expect(answers).toHaveLength(10_519);
    expect(statuses(answers.slice(-2))).toEqual([400, 201]);
  });

  test('may be none', async () => {
    expect(await stream(service.url, [])).toEqual([]);
    expect(await stream(service.url, ['\n \n'])).toEqual([]);
  });
});

test('lines are in the documentation, of commands and of answers', async () => {
  const { post } = (await client.get('/openapi.json')).body.paths['/v1/ledgers/{ledger}/bulk'];
  for (const { content } of [post.requestBody, post.responses[200]]) {
    expect(Object.keys(content)).toEqual(['application/json', 'application/x-ndjson']);
    const example: string = content['application/x-ndjson'].example;
    for (const line of example.trimEnd().split('\n')) JSON.parse(line);
  }
});

describe('the keys of lines', () => {
  test('are those of the same commands as JSON: each way replays the other, byte for byte', async () => {
    const own = randomUUID();
    const commands = [transfer(), transfer({ to: 'nobody' }), transfer({ idempotency_key: own }), transfer()];
    const lines = commands.flatMap((command) => ['\n', command]);
    const [one, two] = [randomUUID(), randomUUID()];
    const before = await version('shop');
    const first = await bulk(commands, one);
    expect(await stream(service.url, lines, { key: one })).toEqual(first.body.results);
    const answers = await stream(service.url, lines, { key: two });
    // The one with a key of its own was recorded before.
    expect(answers[2]).toEqual(first.body.results[2]);
    const again = await bulk(commands, two);
    expect([again.body.results, again.headers.get('idempotent-replayed')]).toEqual([answers, 'true']);
    expect(await version('shop')).toBe(before + 5);
  });

  test('with another command: IDEMPOTENCY_MISMATCH of that line alone', async () => {
    const key = randomUUID();
    await stream(service.url, [transfer(), transfer()], { key });
    const answers = await stream(service.url, [transfer(), transfer({ amount: '2' }), transfer()], { key });
    expect(answers.map(({ status, body }) => body.code ?? status)).toEqual([
      201,
      'IDEMPOTENCY_MISMATCH',
      201,
    ]);
  });

  test('let a stream that was broken off go on where it stopped; half a line does nothing', async () => {
    const key = randomUUID();
    const before = await version('shop');
    const opened = await openStream(service.url, { key });
    await opened.send(transfer(), transfer(), JSON.stringify(transfer()));
    const first = [await opened.next(), await opened.next()];
    opened.abort();
    await expect(opened.rest()).rejects.toThrow();
    await sleep(100);
    expect(await version('shop')).toBe(before + 2);
    const answers = await stream(service.url, [transfer(), transfer(), transfer(), transfer()], { key });
    expect(answers.slice(0, 2)).toEqual(first);
    expect(await version('shop')).toBe(before + 4);
  });

  test('of two streams at once to two processes: each command once, the same answers', async () => {
    const other = await startService({}, service.databaseUrl);
    const key = randomUUID();
    const before = await version('shop');
    const lines = Array.from({ length: 1_200 }, () => transfer());
    const urls = [service.url, other.url, service.url, other.url];
    const [first, ...others] = await Promise.all(urls.map((url) => stream(url, lines, { key })));
    await other.stop();
    expect(new Set(statuses(first!))).toEqual(new Set([201]));
    for (const answers of others) expect(answers).toEqual(first);
    expect(await version('shop')).toBe(before + 1_200);
  });
});

describe('a stream that is refused as a whole', () => {
  const refusal = async (options: Parameters<typeof openStream>[1]) => {
    const headers = { connection: 'keep-alive', ...options?.headers };
    const opened = await openStream(service.url, { ...options, headers });
    // It goes on and on: the refusal does not wait for its end, and it is not read any more.
    const closed = once(opened.request, 'close');
    const { code, status } = await opened.next();
    void opened.send('x'.repeat(4 * 1024 * 1024)).catch(() => {});
    await closed;
    expect(opened.headers['content-type']).toBe('application/problem+json');
    return [opened.status, status, code];
  };

  test.each([
    ['without a key', { key: '' }, 400, 'IDEMPOTENCY_KEY_REQUIRED'],
    ['with keys that differ', { headers: { 'x-idempotency-key': 'b' } }, 400, 'IDEMPOTENCY_KEY_INVALID'],
    ['to no ledger', { ledger: 'nope' }, 404, 'LEDGER_NOT_FOUND'],
    ['to a ledger of a bad name', { ledger: '-' }, 400, 'VALIDATION_FAILED'],
    ['with a query', { path: '/v1/ledgers/main/bulk?x=1' }, 400, 'VALIDATION_FAILED'],
    [
      'in another charset',
      { headers: { 'content-type': 'application/x-ndjson; charset=latin1' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['compressed', { headers: { 'content-encoding': 'gzip' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('%s', async (_, options, status, code) => {
    expect(await refusal(options)).toEqual([status, status, code]);
  });

  test('elsewhere: 415, or 413 when it is too long for any body', async () => {
    const send = async (text: string) => {
      const opened = await openStream(service.url, { path: '/v1/ledgers/main/transfers', text });
      return (await opened.next()).code;
    };
    expect(await send(JSON.stringify(transfer()))).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await send('x'.repeat(1024 * 1024 + 1))).toBe('PAYLOAD_TOO_LARGE');
  });

  test('with a charset that is UTF-8 it is taken', async () => {
    const headers = { 'content-type': 'application/x-ndjson; charset=UTF-8' };
    expect(statuses(await stream(service.url, [transfer()], { headers }))).toEqual([201]);
  });
});

test('who does not read the answers is held back, and served to the end when reading', async () => {
  const opened = await openStream(service.url);
  // Its answer is longer than it is.
  const line = `{"command":"transfer","${'x'.repeat(200_000)}":1}\n`;
  const total = 250;
  let sent = 0;
  const sending = (async () => {
    for (; sent < total; sent++) await opened.send(line);
    opened.end();
  })();
  let seen = -1;
  await eventually(async () => {
    const isStuck = sent === seen;
    seen = sent;
    await sleep(500);
    return isStuck;
  });
  expect(sent).toBeLessThan(total);
  expect(await opened.rest()).toHaveLength(total);
  await sending;
});

test('the service that stops breaks the stream off after what it answered, and does not wait for its end', async () => {
  const other = await startService({}, service.databaseUrl);
  const key = randomUUID();
  const opened = await openStream(other.url, { key });
  await opened.send(transfer());
  const first = await opened.next();
  await opened.send(...Array.from({ length: 1_500 }, () => transfer()));
  const rest: Json[] = [];
  const reading = (async () => {
    for (;;) rest.push(await opened.next());
  })();
  const broken = expect(reading).rejects.not.toThrow('the stream has ended');
  await other.stop();
  await broken;
  const lines = [first, ...rest].map(() => transfer());
  expect(await stream(service.url, lines, { key })).toEqual([first, ...rest]);
});
