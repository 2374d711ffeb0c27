import { randomUUID } from 'node:crypto';

/** Any JSON: tests look into answers without types of their own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: Json;
}

interface Options {
  key?: string;
  headers?: Record<string, string>;
}

/** Talks to one API below `/v1/ledgers/{ledger}`; a path that begins with `/v1` or `/health` is taken as it is. */
export function createClient(url: string, ledger = 'main', token?: string) {
  async function send(method: string, path: string, body?: unknown, options: Options = {}): Promise<Reply> {
    const response = await fetch(
      new URL(path.startsWith('/') ? path : `/v1/ledgers/${ledger}/${path}`, url),
      {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(method === 'POST' && { 'idempotency-key': options.key ?? randomUUID() }),
          ...(token && { authorization: `Bearer ${token}` }),
          ...options.headers,
        },
        body: body === undefined || typeof body === 'string' ? (body as string) : JSON.stringify(body),
      },
    );
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json ? JSON.parse(text) : undefined,
    };
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
