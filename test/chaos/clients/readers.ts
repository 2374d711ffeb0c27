import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../../support/client.js';
import { query } from '../../support/stack.js';
import { createDice, type Dice } from '../dice.js';
import { transactionsOf, type AccountRead, type History, type Operation } from '../history.js';
import { bank, icy, shared } from './accounts.js';

interface Reading {
  url: string;
  history: History;
  signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const PAUSE_MS = 40;

interface ReadersOptions {
  urls: string[];
  databaseUrl: string;
  history: History;
  seed: number;
}

/** They look all the time, through both APIs; what is not answered is not looked at. */
export function startReaders({ urls, databaseUrl, history, seed }: ReadersOptions): {
  stop(): Promise<void>;
} {
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const reader = async (number: number, look: (reading: Reading, dice: Dice) => Promise<unknown>) => {
    const dice = createDice(seed + 1_000 + number);
    while (!over.signal.aborted) {
      await look({ url: dice.pick(urls), history, signal: over.signal }, dice);
      await sleep(PAUSE_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  };
  const eventual = (name: string) => (reading: Reading, dice: Dice) =>
    readAccount(reading, name, dice.pick([...bank, ...shared]), 'eventual');
  const strong = (name: string) => (reading: Reading, dice: Dice) =>
    readAccount(reading, name, dice.pick([...bank, ...shared, ...icy]), 'strong');
  const running = Promise.all(
    [eventual('eventual-1'), eventual('eventual-2'), strong('strong-1'), lookByDryRun, lookTwice, lookBack]
      .map((look, number) => reader(number, look))
      .concat(reader(9, (reading) => lookBySql(reading, databaseUrl))),
  );
  running.catch(() => {});
  return {
    async stop() {
      over.abort();
      await running;
    },
  };
}

/** A client reads an account it has just written to, and must find at least what it was told. */
export async function readOwnWrite(reading: Reading, reader: string, operation: Operation): Promise<void> {
  const entry = transactionsOf(operation).at(-1)?.entries.at(-1);
  if (entry) await readAccount(reading, `${reader} own`, entry.account, 'eventual', entry.version);
}

async function readAccount(
  { url, history, signal }: Reading,
  reader: string,
  account: string,
  consistency: AccountRead['consistency'],
  minVersion?: number,
): Promise<AccountRead | undefined> {
  const floor = minVersion === undefined ? '' : `&min_version=${minVersion}`;
  const began = performance.now();
  const body = await get(url, `accounts/${account}?consistency=${consistency}${floor}`, history, signal);
  if (!body) return undefined;
  const { version, balances } = body;
  const ended = performance.now();
  const read = { reader, account, consistency, minVersion, began, ended, version, balances };
  history.reads.push(read);
  return read;
}

/** Legs round in a circle change nothing; each shows an account, and all are judged at one moment. */
async function lookByDryRun({ url, history, signal }: Reading): Promise<void> {
  const began = performance.now();
  const entries = bank.flatMap((account, n) => [
    { account, side: 'debit', amount: '1' },
    { account: bank[(n + 1) % bank.length], side: 'credit', amount: '1' },
  ]);
  const body = JSON.stringify({ entries, description: `dry look ${randomUUID()}` });
  const headers = { 'content-type': 'application/json' };
  const found = await ask(`${url}/v1/ledgers/main/transactions?dry_run=true`, history, signal, {
    method: 'POST',
    headers,
    body,
  });
  if (!found) return;
  const last = new Map<string, Json>(found.entries.map((entry: Json) => [entry.account, entry.balances]));
  history.looks.push({ how: 'a dry run', began, total: totalOf([...last.values()]) });
}

/** Two rounds of strong reads in which no version has moved: they held all at once, between the rounds. */
async function lookTwice(reading: Reading): Promise<void> {
  const began = performance.now();
  const round = () =>
    Promise.all(bank.map((account) => readAccount(reading, 'strong-bank', account, 'strong')));
  const [first, second] = [await round(), await round()];
  if (![...first, ...second].every((read) => read !== undefined)) return;
  if (first.some((read, n) => read!.version !== second[n]!.version)) return;
  reading.history.looks.push({
    how: 'strong reads',
    began,
    total: totalOf(first.map((read) => read!.balances)),
  });
}

/** What is recorded by a time that is final. */
async function lookBack({ url, history, signal }: Reading, dice: Dice): Promise<void> {
  const began = performance.now();
  const time = new Date(Date.now() - dice.between(11_000, 30_000)).toISOString();
  const all = await Promise.all(
    bank.map((account) => get(url, `accounts/${account}?recorded_at=${time}`, history, signal)),
  );
  if (!all.every(Boolean)) return;
  const total = totalOf(all.map(({ balances }) => balances));
  // Before the bank was funded there is less.
  if (total !== '0') history.looks.push({ how: `as recorded by ${time}`, began, total });
}

async function lookBySql({ history }: Reading, databaseUrl: string): Promise<void> {
  const began = performance.now();
  const rows = await query<{ total: string }>(
    databaseUrl,
    `select sum(h.posted_credits - h.posted_debits) as total
     from journal.accounts a, lateral (
       select * from journal.entries e where e.account_no = a.no order by e.version desc limit 1) h
     where a.id like 'bank-%'`,
  ).catch(() => []);
  if (rows[0]) history.looks.push({ how: 'one snapshot', began, total: rows[0].total });
}

const totalOf = (balances: Json[]) =>
  String(balances.reduce((sum: bigint, { posted }) => sum + BigInt(posted.balance), 0n));

function get(url: string, place: string, history: History, signal: AbortSignal): Promise<Json> {
  return ask(`${url}/v1/ledgers/main/${place}`, history, signal);
}

/** The body of a 200; undefined where the machine's faults came between. */
async function ask(url: string, history: History, signal: AbortSignal, init?: RequestInit): Promise<Json> {
  try {
    const response = await fetch(url, {
      ...init,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (response.status === 200) return JSON.parse(text);
    if (![503, 429].includes(response.status)) history.odd.push(`reading ${url}: ${response.status} ${text}`);
  } catch {
    // No answer: it is no promise broken.
  }
  return undefined;
}
