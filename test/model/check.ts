import type { Json } from '../support/client.js';
import { eventually } from '../support/ledger.js';
import { balance, opposite, showAccount, showTransaction, type Account } from './book.js';
import { differ, fail, type Run } from './run.js';

type Check = (expected: Json, actual: Json, what: string) => void;

/** At the end of a sequence: every way of reading gives what the model has. */
export async function checkBooks(run: Run): Promise<void> {
  const check: Check = (expected, actual, what) => {
    const differences = differ(expected, actual, what);
    if (differences.length > 0) fail(run, differences);
  };
  const get = async (path: string) => (await run.client.get(path)).body;
  await Promise.all([...run.model.accounts.values()].map((account) => checkAccount(run, account, check)));
  await eventually(() => checkReadModel(run, check), 10_000);
  for (const transaction of run.model.transactions.values()) {
    const { id } = transaction.body;
    if (transaction.hold) check(showTransaction(transaction), await get(`transactions/${id}`), 'hold');
    if (transaction.metadata.length === 1) continue;
    const first = await get(`transactions/${id}?metadata_revision=1`);
    check({ metadata: transaction.metadata[0] }, first, 'first metadata');
  }
}

async function checkAccount({ client, model }: Run, account: Account, check: Check): Promise<void> {
  const { id, version } = account;
  const get = async (path: string) => (await client.get(`accounts/${id}${path}`)).body;
  const expected = showAccount(account);
  check(expected, await get(''), `account ${id}`);
  check(expected, await get(`?consistency=eventual&min_version=${version}`), `materialized ${id}`);
  const rows = [...model.transactions.values()].flatMap(({ body, legs }) =>
    legs.map(({ posted, pending, side }, i) => {
      const { account, version, balances } = body.entries[i];
      const { id: transaction_id, kind, effective_at } = body;
      const row = { version, side, balances, posted: `${posted}`, pending: `${pending}`, leg: i + 1 };
      return { account, ...row, transaction_id, kind, effective_at };
    }),
  );
  const own = rows.filter(({ account }) => account === id);
  check([...own].reverse(), (await get('/entries?limit=1000')).data, `entries of ${id}`);
  // In years that nothing is recorded in, but some of it is effective in.
  for (const [from, to] of [
    ['1999', '2199'],
    ['2020', '2021'],
  ]) {
    const lines = own.filter(({ effective_at: time, posted }) => time < to! && posted !== '0');
    const until = (year: string) =>
      balance(
        posted(
          account,
          lines.filter((row) => row.effective_at < year),
        ),
      );
    const statement = await get(
      `/statement?limit=1000&from=${from}-01-01T00:00:00Z&to=${to}-01-01T00:00:00Z`,
    );
    check({ opening: `${until(from!)}`, closing: `${until(to!)}` }, statement, `statement of ${id} ${from}`);
    let running = until(from!);
    const order = (a: Json, b: Json) =>
      a.effective_at < b.effective_at ? -1 : a.effective_at > b.effective_at ? 1 : 0;
    const shown = lines
      .filter((row) => row.effective_at >= from!)
      .sort(order)
      .map(({ version, transaction_id, side, posted: amount }) => {
        running += balance(posted(account, [{ side, posted: amount }]));
        return { version, transaction_id, side, amount, balance: `${running}` };
      });
    check(shown, statement.lines, `lines of ${id} ${from}`);
  }
  const then = own.filter((row) => row.effective_at < '2021');
  const totals = posted(account, then);
  const { posted: past } = (await get('?at=2020-12-31T00:00:00Z')).balances;
  check({ debits: `${totals.posted.debit}`, credits: `${totals.posted.credit}` }, past, `${id} in 2020`);
}

/** The account as if it had these entries only. */
function posted(account: Account, rows: { side: string; posted: string }[]): Account {
  const total = (side: string) =>
    rows.reduce((sum, row) => sum + (row.side === side ? BigInt(row.posted) : 0n), 0n);
  return { ...account, posted: { debit: total('debit'), credit: total('credit') } };
}

async function checkReadModel({ client, model }: Run, check: Check): Promise<void> {
  const get = async (path: string) => (await client.get(path)).body;
  const newestFirst = [...model.transactions.values()].reverse();
  const accounts = [...model.accounts.values()];
  check(newestFirst.map(showTransaction), (await get('transactions?limit=1000')).data, 'transactions');
  check(accounts.map(showAccount).reverse(), (await get('accounts?limit=1000')).data, 'accounts');
  const holds = newestFirst.filter(({ kind }) => kind === 'hold').map(showTransaction);
  for (const status of ['pending', 'partially_captured', 'captured', 'voided', 'expired']) {
    const those = holds.filter((hold) => hold.status === status);
    check(those, (await get(`holds?limit=1000&status=${status}`)).data, `${status} holds`);
  }
  const trial = await get('trial-balance');
  for (const { currency, debits, credits } of trial.totals) check(debits, credits, `totals of ${currency}`);
  for (const { currency, type, ...sums } of trial.data) {
    const those = accounts.filter((account) => account.currency === currency && account.type === type);
    const total = (side: keyof typeof opposite) => those.reduce((sum, { posted }) => sum + posted[side], 0n);
    const expected = { debits: `${total('debit')}`, credits: `${total('credit')}` };
    check(expected, sums, `trial balance of ${type} in ${currency}`);
  }
  const used = new Set(
    accounts
      .filter(({ version, posted }) => version > 0 && posted.debit + posted.credit > 0n)
      .map(({ type, currency }) => `${type} ${currency}`),
  );
  const listed = new Set<string>(trial.data.map(({ type, currency }: Json) => `${type} ${currency}`));
  check(
    [],
    [...used].filter((line) => !listed.has(line)),
    'lines missing in the trial balance',
  );
}
