import { randomUUID } from 'node:crypto';
import { createTransport, type TransportOptions } from '@counterfoil/client';
import { undescribed } from './answers.js';

/** Any JSON: tests look into answers without types of their own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: Json;
  /** An attempt before may have done it. */
  retried?: boolean;
}

interface Options {
  key?: string;
  headers?: Record<string, string>;
}

type Method = Parameters<ReturnType<typeof createTransport>['send']>[0]['method'];

/**
 * Talks to one API below `/v1/ledgers/{ledger}`; a path that begins with `/v1` or `/health` is taken as it is. One
 * attempt a request, whatever comes of it, unless `transport` says otherwise; an answer that the API's description doesn't have fails the test that asked, save where
 * `checked` is false: for a journal with what the service would not write.
 */
export function createClient(
  url: string,
  ledger = 'main',
  token?: string,
  { checked = true, transport: more = {} }: { checked?: boolean; transport?: Partial<TransportOptions> } = {},
) {
  const transport = createTransport({ url, token, retry: { attempts: 1 }, timeoutMs: 60_000, ...more });

  async function send(method: Method, path: string, body?: unknown, options: Options = {}): Promise<Reply> {
    const place = path.startsWith('/') ? path : `/v1/ledgers/${ledger}/${path}`;
    const reply = await transport.send({
      method,
      path: place,
      ...(typeof body === 'string' ? { content: { type: 'application/json', text: body } } : { body }),
      ...(method === 'POST' && { key: options.key ?? randomUUID() }),
      headers: options.headers,
    });
    const missing = checked ? undescribed(method, place, reply) : [];
    if (missing.length > 0) throw new Error(missing.join('\n'));
    return reply;
  }

  const get = (path: string, headers?: Record<string, string>) => send('GET', path, undefined, { headers });
  const post = (path: string, body?: unknown, options?: Options) => send('POST', path, body, options);

  /** Opens an account of the given type; a refusal fails the test that asked. */
  async function open(id: string, fields: object = {}): Promise<Json> {
    const { status, body, text } = await post('accounts', {
      id,
      type: 'liability',
      currency: 'USD',
      ...fields,
    });
    if (status !== 201) throw new Error(`opening ${id}: ${text}`);
    return body;
  }

  const transfer = (
    from: string,
    to: string,
    amount: string | number,
    more: object = {},
    options?: Options,
  ) => post('transfers', { from, to, amount, ...more }, options);
  const account = async (id: string): Promise<Json> => (await get(`accounts/${id}`)).body;
  const balance = async (id: string): Promise<string> => (await account(id)).balances.posted.balance;

  return { url, send, get, post, open, transfer, account, balance };
}

export type Client = ReturnType<typeof createClient>;

/** Resolves when the predicate holds; fails after ten seconds. */
export async function eventually(predicate: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await predicate())) {
    if (Date.now() > deadline) throw new Error('it did not become true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
