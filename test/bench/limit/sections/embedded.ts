import { setTimeout as sleep } from 'node:timers/promises';
import { withBed, type Bed, type Bench } from '../bed.js';

/** http-single while the same process feeds the read model, and how long that takes to come after. */
export async function embedded(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const rounds = Math.min(3, options.rounds);
  await withBed(bench, { service: {} }, async (bed) => {
    await caughtUp(bed);
    for (let round = 1; round <= rounds; round += 1) {
      const raw = await bed.rawSingle(32);
      const { perSecond, p99 } = await bed.http({ connections: 128 });
      const began = performance.now();
      await caughtUp(bed);
      const behind = (performance.now() - began) / 1000;
      report.add('embedded', 'read model on: http-single 128', 'transfers/s', perSecond, `p99 ${p99} ms`);
      report.add('embedded', 'read model on: http-single 128 / raw-single 32', '×', perSecond / raw);
      report.add('embedded', 'read model on: complete after the load', 's', behind);
    }
  });
}

async function caughtUp({ rig }: Bed): Promise<void> {
  const recorded = await newest(rig.owner, 'journal.transactions');
  while ((await newest(rig.owner, 'transactions_v1.transactions')) < recorded) await sleep(50);
}

/** The tail applies in the order of sequences within what it reads at once. */
async function newest(owner: Bed['rig']['owner'], table: string): Promise<bigint> {
  const { rows } = await owner.query<{ newest: string | null }>(
    `select max(sequence)::text as newest from ${table}`,
  );
  return BigInt(rows[0]!.newest ?? 0);
}
