import { recordPast } from '../../history.js';
import { ACCOUNTS, withBed, type Bed, type Bench } from '../bed.js';
import { ratiosOf } from '../statistics.js';
import { fromJournal, readEach } from './reads.js';

/**
 * The same work on journals of different sizes, each in a Postgres of its own, all there at once: a round goes through all
 * sizes, so that neither the machine's mood nor the order tells them apart. The measurements make journals grow too,
 * the least one by more than its size. The plain tables beside stay small: they are the yardstick.
 */
export async function growth(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const rounds = Math.min(3, options.rounds);
  await withBeds(bench, options.entries, [], async (beds) => {
    for (let round = 1; round <= rounds; round += 1) {
      bench.say(`round ${round} of ${rounds}`);
      // To and fro: what changes as the run goes on doesn't count for the one or the other.
      const order = [...beds.entries()];
      if (round % 2 === 0) order.reverse();
      for (const [index, bed] of order) await measure(bench, bed, options.entries[index]!);
    }
    for (const [index, { rig }] of beds.entries()) {
      const { rows } = await rig.owner.query<{ count: string }>('select count(*) from journal.entries');
      report.note(`growth from ${options.entries[index]} entries: ${rows[0]!.count} at the end`);
    }
  });
  lossesOf(bench);
}

async function withBeds(
  bench: Bench,
  sizes: number[],
  beds: Bed[],
  work: (beds: Bed[]) => Promise<void>,
): Promise<void> {
  const [entries, ...others] = sizes;
  if (entries === undefined) return work(beds);
  const began = performance.now();
  await withBed(
    bench,
    { fill: ({ owner, firstAccount: first }) => recordPast(owner, { entries, accounts: ACCOUNTS, first }) },
    async (bed) => {
      bench.say(`  ${entries} entries, after ${((performance.now() - began) / 1000).toFixed(0)} s`);
      await withBeds(bench, others, [...beds, bed], work);
    },
  );
}

async function measure(bench: Bench, bed: Bed, entries: number): Promise<void> {
  const { report } = bench;
  const add = (name: string, perSecond: number, more?: string) =>
    report.add('growth', `growth ${entries}: ${name}`, 'transfers/s', perSecond, more);
  add('raw-single', await bed.rawSingle(32));
  const single = await bed.http({ connections: 128 });
  add('http-single', single.perSecond, `p99 ${single.p99} ms`);
  add('http-bulk', (await bed.bulk(1000, 4)).perSecond);
  await readEach(bench, bed.service.url, fromJournal, `growth ${entries}: `);
}

/** From the least size to the greatest, in percent; `to raw` is the loss of the ratio to the yardstick. */
function lossesOf({ options: { entries }, report }: Bench): void {
  const [least, most] = [entries[0], entries.at(-1)];
  if (least === most) return;
  const samples = (size: number | undefined, name: string) => report.samples(`growth ${size}: ${name}`);
  for (const name of ['http-single', 'http-bulk', ...Object.keys(fromJournal)]) {
    const plain = ratiosOf(samples(most, name), samples(least, name));
    for (const ratio of plain) report.add('growth', `growth loss ${name}`, '%', 100 * (1 - ratio));
    if (!name.startsWith('http')) continue;
    const mood = ratiosOf(samples(most, 'raw-single'), samples(least, 'raw-single'));
    for (const ratio of ratiosOf(plain, mood)) {
      report.add('growth', `growth loss to raw, ${name}`, '%', 100 * (1 - ratio));
    }
  }
}
