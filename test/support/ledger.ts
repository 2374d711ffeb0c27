import { randomUUID } from 'node:crypto';

export interface ListedAccount {
  id: string;
  version: number;
  balances: { posted: { debits: string; credits: string } };
}

/** Posts below ledger `main` under a key of its own. @throws unless it is recorded (201) */
export async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ id: string }> {
  const response = await fetch(`${url}/v1/ledgers/main${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as { id: string };
}

/** All accounts with their balances in the read model. */
export async function listAccounts(url: string): Promise<ListedAccount[]> {
  const all: ListedAccount[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = `limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const response = await fetch(`${url}/v1/ledgers/main/accounts?${query}`);
    const page = (await response.json()) as { data: ListedAccount[]; next_cursor: string | null };
    all.push(...page.data);
    cursor = page.next_cursor;
  }
  return all;
}

/** Until the read model has caught up; throws the last failure. */
export async function eventually(check: () => Promise<void>, withinMs = 30_000): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
