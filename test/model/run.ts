import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Client, Json, Reply } from '../support/client.js';
import { showAccount } from './book.js';
import { resolve, type Step } from './commands.js';
import { answer, createModel, type Answer, type Model, type Request } from './requests.js';

/** Model and service side by side, over one ledger. */
export interface Run {
  client: Client;
  model: Model;
  id: string;
  sent: Request[];
  /** The text that was first answered under a key. */
  texts: Map<string, string>;
  /** What was asked and answered, for the report of a failure. */
  transcript: string[];
}

/** @param client for a ledger of that name */
export async function startRun(client: (ledger: string) => Client, accounts: Json[]): Promise<Run> {
  const id = randomUUID();
  const run: Run = {
    client: client(id),
    model: createModel(),
    id,
    sent: [],
    texts: new Map(),
    transcript: [],
  };
  await run.client.send('PUT', `/v1/ledgers/${id}`, {});
  for (const body of accounts) await send(run, { method: 'POST', path: 'accounts', body, key: randomUUID() });
  for (const { id, type } of accounts.slice(2, 5)) {
    const [from, to] = type === 'asset' || type === 'expense' ? [id, 'world'] : ['world', id];
    await send(run, {
      method: 'POST',
      path: 'transfers',
      body: { from, to, amount: '60' },
      key: randomUUID(),
    });
  }
  for (const path of ['accounts/shut/close', 'accounts/ice/freeze'])
    await send(run, { method: 'POST', path, body: {}, key: randomUUID() });
  run.transcript.length = 0;
  return run;
}

export async function perform(run: Run, { again, request }: Step): Promise<void> {
  if (request) {
    const resolved = defined(resolve(request, run.model, run.id));
    return send(run, resolved.method === 'PATCH' ? resolved : { key: randomUUID(), ...resolved });
  }
  const earlier = run.sent.at(-1 - (again!.n % run.sent.length))!;
  await send(run, again!.as === 'it was' ? earlier : varied(earlier, again!.as === 'something else'));
}
const defined = (request: Request): Request =>
  Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as unknown as Request;

async function send(run: Run, request: Request): Promise<void> {
  const { method, path, body, key, ifMatch, dryRun } = request;
  const now = new Date().toISOString().replace('Z', '000Z');
  run.sent.push(request);
  const headers = ifMatch === undefined ? undefined : { 'if-match': ifMatch };
  const reply = await run.client.send(method, dryRun ? `${path}?dry_run=true` : path, body, { key, headers });
  const expected = answer(run.model, request, reply.body, now);
  count(reply);
  run.transcript.push(`${JSON.stringify(request)}\n  → ${reply.status} ${reply.text}`);
  const differences = [
    ...differ(expected.body, reply.body, 'body'),
    ...headersDiffer(run, request, reply, expected),
  ];
  const { code, account: short, available } = reply.body ?? {};
  if (code === 'INSUFFICIENT_FUNDS' && !expected.replayed)
    differences.push(
      ...differ(showAccount(run.model.accounts.get(short)!).balances.available, available, 'available'),
    );
  if (reply.status !== expected.status)
    differences.unshift(`status ${reply.status} instead of ${expected.status}`);
  if (differences.length > 0) fail(run, [...differences, `expected ${JSON.stringify(expected)}`]);
}

/** How often each code came: what never comes isn't tested. */
export const outcomes = new Map<string, number>();
function count({ body }: Reply): void {
  for (const { code = 'done' } of [body, ...(body.results ?? []).map((result: Json) => result.body)])
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
}

function headersDiffer(run: Run, { key, path }: Request, reply: Reply, expected: Answer): string[] {
  const replayed = reply.headers.get('idempotent-replayed') === 'true';
  if (!reply.retried && replayed !== (expected.replayed ?? false))
    return [`Idempotent-Replayed is ${replayed}`];
  if (path === 'bulk' || key === undefined) return [];
  if (replayed && run.texts.get(key) !== undefined && run.texts.get(key) !== reply.text)
    return ['a replay of other bytes'];
  if (!run.texts.has(key) && run.model.results.has(key)) run.texts.set(key, reply.text);
  return [];
}

const plain = (value: Json): Json => value && JSON.parse(JSON.stringify(value));

/**
 * Where an answer isn't what was expected. Fields that the model knows nothing of are passed over, and so are ids
 * (`?…`) that were never told: of what a bulk made before it was rejected.
 */
export function differ(expected: Json, actual: Json, path: string): string[] {
  if (typeof expected === 'string' && expected.startsWith('?')) return [];
  if (typeof expected !== 'object' || expected === null || path.endsWith('.metadata'))
    return isDeepStrictEqual(plain(expected), plain(actual))
      ? []
      : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  if (typeof actual !== 'object' || actual === null) return [`${path}: ${JSON.stringify(actual)}`];
  const names = new Set([...Object.keys(expected), ...(Array.isArray(expected) ? Object.keys(actual) : [])]);
  return [...names].flatMap((name) => differ(expected[name], actual[name], `${path}.${name}`));
}

export function fail(run: Run, messages: string[]): never {
  throw new Error([...run.transcript, ...messages].join('\n'));
}

function varied(request: Request, other: boolean): Request {
  if (request.path.startsWith('accounts') || request.method === 'PATCH') return request;
  const body = structuredClone(request.body);
  const item = request.path === 'bulk' ? body.commands.at(-1) : body;
  if (item.command !== 'open_account')
    item.description = other ? 'something else' : (item.description ?? null);
  return { ...request, body: other ? body : respelled(body) };
}
/** The same with the fields in another order, and amounts as strings that were numbers, or the other way round. */
function respelled(value: Json, name = ''): Json {
  if (name === 'metadata' && value) return Object.fromEntries(Object.entries(value).reverse());
  if (Array.isArray(value)) return value.map((each) => respelled(each));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, field]) => [key, respelled(field, key)]),
    );
  if (!/^(amount|up_to|min_balance|max_balance|g|l|eq)/.test(name) || value === null) return value;
  if (typeof value === 'number') return String(value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
