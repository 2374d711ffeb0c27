import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import {
  deadLetters,
  discard,
  replay,
  type DeadLetter,
  type Wanted,
} from '../projections/dead-letters/letters.js';
import { UsageError } from './api.command.js';
import { withDatabase } from './database.js';
import { clean, tableOf } from './format.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const shortened = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

function asProjector<T>(name: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  return withDatabase(
    {
      role: 'counterfoil_projector',
      orReadModelOnly: true,
      name: `counterfoil dead-letters ${name}`,
      max: 2,
    },
    work,
  );
}

async function* all(pool: pg.Pool, wanted: Wanted): AsyncGenerator<DeadLetter> {
  for (let after = '0'; ;) {
    const page = await deadLetters(pool, wanted, after);
    yield* page;
    if (page.length === 0) return;
    after = page.at(-1)!.id;
  }
}

export async function list(wanted: Wanted, json: boolean): Promise<void> {
  await asProjector('list', async (pool) => {
    const rows: string[][] = [];
    for await (const letter of all(pool, wanted)) {
      if (json) print(JSON.stringify(letter));
      else rows.push(rowOf(letter));
    }
    if (json) return;
    const heads = ['id', 'projection', 'state', 'event', 'source', 'times', 'last seen', 'cause'];
    print(
      rows.length === 0
        ? 'no dead letters'
        : tableOf(
            heads.map((head) => ({ head })),
            rows,
          ),
    );
  });
}

function rowOf({ id, projection, state, event_type, source, times, last_seen, cause }: DeadLetter): string[] {
  return [id, projection, state, event_type ?? '?', source, String(times), last_seen, shortened(cause, 80)];
}

export async function show(id: string): Promise<void> {
  const [letter] = await asProjector('show', (pool) => deadLetters(pool, { ids: [id] }));
  if (!letter) throw new Error(`there is no dead letter ${id}`);
  const { payload, stack, headers, ...rest } = letter;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null) print(`${name.replaceAll('_', ' ')}: ${clean(String(value))}`);
  }
  for (const [name, value] of Object.entries(headers)) print(`header ${clean(name)}: ${clean(value)}`);
  print(`\n${stack.split('\n').map(clean).join('\n')}\n`);
  print(payload === null ? '(no payload)' : clean(payload));
}

interface Replaying {
  /** Letters a second. */
  rate: number | undefined;
  dryRun: boolean;
}

export async function replayNow(wanted: Wanted, { rate, dryRun }: Replaying): Promise<void> {
  await asProjector('replay', async (pool) => {
    const counts = { applied: 0, failed: 0, gone: 0 };
    await oneByOne(pool, wanted, rate, async ({ id, projection, source }) => {
      const result = await replay(pool, id, operator(), dryRun);
      counts[result.outcome] += 1;
      if (result.outcome === 'failed') print(`${id} ${projection} ${source}: ${clean(result.cause)}`);
    });
    print(`${counts.applied} ${dryRun ? 'could be applied' : 'applied'}, ${counts.failed} failed`);
    if (counts.failed > 0) process.exitCode = 1;
  });
}

export async function discardNow(wanted: Wanted, reason: string): Promise<void> {
  await asProjector('discard', async (pool) => {
    let discarded = 0;
    await oneByOne(pool, wanted, undefined, async ({ id }) => {
      if (await discard(pool, id, operator(), reason)) discarded += 1;
    });
    print(`${discarded} discarded`);
  });
}

/** The open ones that are wanted, oldest first. @throws Error for an id that is not open */
async function oneByOne(
  pool: pg.Pool,
  wanted: Wanted,
  rate: number | undefined,
  work: (letter: DeadLetter) => Promise<void>,
): Promise<void> {
  if (wanted.ids) {
    const found = new Map((await deadLetters(pool, wanted)).map((letter) => [letter.id, letter.state]));
    for (const id of wanted.ids) {
      const state = found.get(id);
      if (state !== 'open') throw new Error(`dead letter ${id} ${state ? `is ${state}` : 'does not exist'}`);
    }
  }
  const began = performance.now();
  let done = 0;
  for await (const letter of all(pool, { ...wanted, state: 'open' })) {
    await work(letter);
    done += 1;
    if (rate !== undefined) await sleep(Math.max(0, (done / rate) * 1_000 - (performance.now() - began)));
  }
}

/** Kept with what was decided. @throws UsageError where the system knows no user */
function operator(): string {
  try {
    return userInfo().username;
  } catch {
    throw new UsageError('this process has no user name, which is kept with the decision');
  }
}
