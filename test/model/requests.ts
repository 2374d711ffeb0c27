import type { Book, Json, Made } from './book.js';
import * as ledger from './ledger.js';
import { Refusal, refuse } from './ledger.js';

/** A request below the ledger, without its query. */
export interface Request {
  method: 'POST' | 'PATCH';
  path: string;
  body: Json;
  key?: string;
  ifMatch?: string;
  dryRun?: boolean;
}
export interface Answer {
  status: number;
  /** Of a refusal only its code, and what helps. */
  body: Json;
  replayed?: boolean;
}
export interface Model extends Book {
  results: Map<string, { print: string; answer: Answer }>;
}

export const createModel = (): Model => ({
  accounts: new Map(),
  transactions: new Map(),
  results: new Map(),
});

/** Answers as the service has to. `made` is the service's answer, looked at for its ids and times alone. */
export function answer(model: Model, request: Request, made: Json, now: string): Answer {
  return (request.path === 'bulk' ? bulk : single)(model, request, made, now);
}

const conflicts = ['ALREADY_EXISTS', 'REFERENCE_ALREADY_USED', 'CONDITION_FAILED', 'ACCOUNT_FROZEN'];
conflicts.push('ACCOUNT_CLOSED', 'ACCOUNT_NOT_EMPTY', 'HOLD_NOT_OPEN', 'HOLD_EXPIRED', 'NOT_REVERSIBLE');
function problem(body: Json): Answer {
  if (body.code === 'VALIDATION_FAILED') return { status: 400, body };
  if (body.code.endsWith('_NOT_FOUND')) return { status: 404, body };
  if (body.code === 'REVISION_MISMATCH') return { status: 412, body };
  return { status: conflicts.includes(body.code) ? 409 : 422, body };
}
function attempt(command: () => Answer): Answer {
  try {
    return command();
  } catch (error) {
    if (error instanceof Refusal) return problem(error.body);
    throw error;
  }
}

/** A request that runs under its key, once. */
function keyed(model: Model, request: Request, command: () => Answer): Answer {
  const { key } = request;
  if (key === undefined || request.dryRun) return command();
  const stored = model.results.get(key);
  if (stored?.print === print(request)) return { ...stored.answer, replayed: true };
  if (stored) return problem({ code: 'IDEMPOTENCY_MISMATCH' });
  const result = command();
  if (![400, 404, 412].includes(result.status))
    model.results.set(key, { print: print(request), answer: result });
  return result;
}

function single(model: Model, { body, ...rest }: Request, made: Json, now: string): Answer {
  const request = { ...rest, body: withoutNulls(body) };
  const exact = { ...request, body: { ...request.body, ...times(request.body) } };
  return attempt(() => {
    validate(request.path, request.body);
    return keyed(model, request, () => {
      const draft = structuredClone({ accounts: model.accounts, transactions: model.transactions });
      return attempt(() => {
        const ahead = Date.parse(request.body.effective_at) - Date.parse(now);
        refuse('VALIDATION_FAILED', ahead > 300_000);
        const result = route(draft, exact, {
          id: made?.id ?? `?${draft.transactions.size}`,
          now: made?.recorded_at ?? now,
        });
        if (request.dryRun) return { ...result, status: 200 };
        Object.assign(model, draft);
        return result;
      });
    });
  });
}

function route(book: Book, { method, path, body, ifMatch }: Request, made: Made): Answer {
  const created = (shown: Json): Answer => ({ status: 201, body: shown });
  const ok = (shown: Json): Answer => ({ status: 200, body: shown });
  const [what, id = '', action] = path.split('/');
  if (what === 'accounts' && !id) return created(ledger.openAccount(book, body));
  if (what === 'accounts' && method === 'PATCH') return ok(ledger.patchAccount(book, id, body, ifMatch));
  if (what === 'accounts') return ok(ledger.changeStatus(book, id, action as 'freeze'));
  if (what === 'transfers') return created(ledger.transfer(book, body, made));
  if (what === 'transactions' && !id) return created(ledger.post(book, 'posting', body, made));
  if (what === 'holds' && !id) return created(ledger.post(book, 'hold', body, made));
  if (method === 'PATCH') return ok(ledger.patchTransaction(book, id, body));
  if (action === 'capture') return created(ledger.capture(book, id, body, made));
  if (action === 'void') return created(ledger.release(book, 'void', id, body, made));
  return created(ledger.reverse(book, id, body, made));
}

/** Null is the same as absent, save for limits, where it is none. */
const withoutNulls = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value).filter(([name, field]) => field !== null || /^m.._balance$/.test(name)),
  );

/** With microseconds, so that times compare as texts. */
const times = ({ effective_at: time }: Json) =>
  time && { effective_at: time.replace(/(?:\.(\d+))?Z$/, (_: string, f = '') => `.${f.padEnd(6, '0')}Z`) };

/** What makes two requests the same: order doesn't count, and `1` is `"1"`. */
function print({ method, path, body }: Request): string {
  const canonical = (value: Json, free = false): Json => {
    if (Array.isArray(value)) return value.map((each) => canonical(each, free));
    if (typeof value === 'number') return free ? value : String(value);
    if (typeof value !== 'object' || value === null) return value;
    const kept = free ? value : withoutNulls(value);
    return Object.keys(kept)
      .sort()
      .map((name) => [name, canonical(kept[name], free || name === 'metadata')]);
  };
  return JSON.stringify([method, path, canonical(body)]);
}

/** What is wrong whatever the books say, as far as the test's requests go. */
function validate(path: string, body: Json): void {
  const wrong = (when: boolean) => refuse('VALIDATION_FAILED', when);
  const given = (name: string) => (body[name] ?? null) !== null;
  const { min_balance, max_balance, amount, up_to, from, to, entries = [] } = body;
  const min = path === 'accounts' && min_balance === undefined ? '0' : min_balance;
  wrong((min ?? null) !== null && given('max_balance') && BigInt(min) > BigInt(max_balance));
  wrong((given('reason') && given('description')) || (given('expires_at') && given('expires_in')));
  for (const moves of [amount, up_to, ...entries.map((entry: Json) => entry.amount)])
    wrong(BigInt(moves ?? 1) < 1n);
  if (path === 'transactions' || (path === 'holds' && given('entries')))
    wrong(entries.length < 2 || given('from') || given('to') || given('amount'));
  else if (path === 'holds') wrong(!given('amount'));
  if (path === 'transfers') wrong(given('amount') === given('up_to'));
  const list: Json[] = Array.isArray(to) ? to : [{ account: to, share: 'remaining' }];
  wrong(given('from') && list.some(({ account }) => account === from));
  wrong(list.some((leg) => (leg.amount === undefined) === (leg.share === undefined)));
  wrong(list.filter(({ share }) => share === 'remaining').length > 1);
}

const items: Record<string, string> = {
  open_account: 'accounts',
  transaction: 'transactions',
  transfer: 'transfers',
  hold: 'holds',
  capture: 'holds/{}/capture',
  void: 'holds/{}/void',
  reverse: 'transactions/{}/reverse',
};
function bulk(model: Model, request: Request, made: Json, now: string): Answer {
  const commands: Request[] = request.body.commands.map((item: Json, index: number) => {
    const { command, idempotency_key, hold_id, transaction_id, ...body } = item;
    const path = items[command]!.replace('{}', hold_id ?? transaction_id);
    return { method: 'POST', path, body, key: idempotency_key ?? `of bulk ${request.key}: ${index}` };
  });
  const run = (on: Model, index: number) => single(on, commands[index]!, made?.results?.[index]?.body, now);
  // What is no command takes no key: it is refused each time anew.
  const isReplay = (taken: Answer[]) => taken.length > 0 && taken.every(({ replayed }) => replayed);
  const together = (results: Answer[], status: number): Answer => ({
    status,
    body: { results: results.map(({ status, body }) => ({ status, body })) },
    ...(isReplay(results.filter(({ status }) => status !== 400)) && { replayed: true }),
  });
  if (request.body.mode === 'independent') return together(commands.map((_, i) => run(model, i)), 200); // prettier-ignore
  return attempt(() => {
    for (const { path, body } of commands) validate(path, withoutNulls(body));
    // Under the key of the whole stands a rejection, which the result of a command could be taken for.
    refuse('VALIDATION_FAILED', commands.some(({ key }) => key === request.key)); // prettier-ignore
    const before = model.results.get(request.key!);
    if (before?.print === print(request)) return { ...before.answer, replayed: true };
    // The key was used for something else: so was this, unless each command is the one that its own key stands for.
    const same = commands.map((item) => {
      const stored = model.results.get(item.key!);
      return stored && stored.print === print({ ...item, body: withoutNulls(item.body) });
    });
    if (before && !same.every((equal) => equal)) {
      const mismatch = { code: 'IDEMPOTENCY_MISMATCH' };
      return problem({ code: 'BULK_REJECTED', index: Math.max(0, same.indexOf(false)), problem: mismatch });
    }
    const draft = structuredClone(model);
    const results: Answer[] = [];
    for (const index of commands.keys()) {
      results.push(run(draft, index));
      const { status, body } = results[index]!;
      if (status < 400) continue;
      if (status === 400) return results[index]!;
      const rejected = problem({ code: 'BULK_REJECTED', index, problem: body });
      if (!before) model.results.set(request.key!, { print: print(request), answer: rejected });
      return rejected;
    }
    Object.assign(model, draft);
    return together(results, 201);
  });
}
