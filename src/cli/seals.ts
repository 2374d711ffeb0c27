import type pg from 'pg';
import { sealEvent } from '../events/seal-event.js';
import { newestSequence } from '../ledger/journal/sequences.js';
import { newestSeals, readSealsAfter, sealedThrough } from '../proof/seals/read-seals.js';
import type { Seal } from '../proof/seals/seal.js';
import { tableOf } from './format.js';

const SHOWN = 20;
const SLICE = 1_000;

/** The newest as a table, or all of them as the events that the topic has. */
export async function listSeals(pool: pg.Pool, ledger: string | null, json: boolean): Promise<void> {
  if (json) return printEvents(pool, ledger);
  const seals = await newestSeals(pool, SHOWN, ledger);
  const [through, newest] = [await sealedThrough(pool), await newestSequence(pool)];
  process.stdout.write(seals.length > 0 ? `${sealsTable(seals)}\n` : 'no seals\n');
  process.stdout.write(`sealed up to sequence ${through} of ${newest}\n`);
}

function sealsTable(seals: Seal[]): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  const columns = [{ head: 'ledger' }, right('seal'), right('after'), right('through'), right('records')];
  return tableOf(
    [...columns, { head: 'sealed at' }, { head: 'hash' }, { head: 'key' }],
    seals.map((seal) => [
      ...[seal.ledger, seal.number, seal.afterSequence, seal.throughSequence, String(seal.records)],
      ...[seal.sealedAt, seal.hash.toString('hex'), seal.keyId ?? '–'],
    ]),
  );
}

async function printEvents(pool: pg.Pool, ledger: string | null): Promise<void> {
  const last = String(await newestSequence(pool));
  for (let after = '0', size = SLICE; size === SLICE;) {
    const seals = await readSealsAfter(pool, after, last, SLICE, ledger);
    seals.forEach((seal) => process.stdout.write(`${sealEvent(seal).payload}\n`));
    after = seals.at(-1)?.sequence ?? after;
    size = seals.length;
  }
}
