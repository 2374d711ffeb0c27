import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writesOnly, type Rig } from './rig.js';
import type { Trip } from './wire.js';

/** The service's round trips to Postgres while `work` goes on with it; it is stopped after that. */
export async function tripsDuring<T>(
  rig: Rig,
  work: (url: string) => Promise<T>,
): Promise<{ trips: Trip[]; result: T }> {
  const file = join(rig.folder, `trips-${Date.now()}.json`);
  const wire = fileURLToPath(new URL('./wire.js', import.meta.url));
  const service = await rig.start({ ...writesOnly, WIRE_FILE: file }, ['--import', wire]);
  const result = await work(service.url);
  await service.stop();
  return { trips: JSON.parse(await readFile(file, 'utf8')) as Trip[], result };
}

/** Transfers one after the other over one connection. @returns when each was sent and answered, by the same clock */
export async function oneByOne(
  url: string,
  accounts: number,
  count: number,
  clock: () => number,
): Promise<{ sent: number; answered: number }[]> {
  const times: { sent: number; answered: number }[] = [];
  for (let n = 0; n < count; n += 1) {
    const from = 1 + Math.floor(Math.random() * accounts);
    const body = { from: `a${from}`, to: `a${1 + (from % accounts)}`, amount: '1' };
    const sent = clock();
    const response = await fetch(`${url}/v1/ledgers/main/transfers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `one-${process.pid}-${sent}` },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== 201) throw new Error(text);
    times.push({ sent, answered: clock() });
  }
  return times;
}
