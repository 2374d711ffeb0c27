import { createPool } from '../../../../src/platform/postgres.js';
import { sealJournal } from '../../../../src/proof/seals/sealing.js';
import { sealsCheck } from '../../../../src/proof/verify/seals/seals.js';
import { runCheck } from '../../../support/proof.js';
import { ACCOUNTS, type Bench } from '../bed.js';
import { startRig, writesOnly, type Rig } from '../rig.js';
import { ratiosOf } from '../statistics.js';
import { wrk } from '../wrk.js';

/** What sealing costs those who append: with a sealer that is always at it and without one, alternately. */
export async function seals(bench: Bench): Promise<void> {
  const { options, report } = bench;
  const rig = await startRig(ACCOUNTS);
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const on of round % 2 ? [true, false] : [false, true]) {
        const service = await rig.start({ ...writesOnly, SEAL_SECONDS: on ? '1' : '0' });
        const load = { connections: 128, spread: 'uniform' } as const;
        await wrk(service.url, ACCOUNTS, { ...load, seconds: 2 });
        const { perSecond } = await wrk(service.url, ACCOUNTS, { ...load, seconds: options.seconds });
        await service.stop();
        report.add('seals', `sealing ${on ? 'on' : 'off'}`, 'transfers/s', perSecond);
        // Each begins with nothing left to seal.
        await sealRest(rig);
      }
    }
    for (const ratio of ratiosOf(report.samples('sealing on'), report.samples('sealing off')))
      report.add('seals', 'sealing costs http-single 128', '%', 100 * (1 - ratio));
    await measureAlone(bench, rig);
  } finally {
    await rig.stop();
  }
}

async function sealRest({ databaseUrl }: Rig): Promise<void> {
  const pool = createPool(databaseUrl, { role: 'counterfoil_app', max: 2, applicationName: 'bench' });
  await sealJournal(pool);
  await pool.end();
}

/** Nothing else going on: seals of all that there is, and comparing the journal with them by two connections. */
async function measureAlone({ report }: Bench, rig: Rig): Promise<void> {
  await rig.owner.query('alter table journal.seals disable trigger all; delete from journal.seals');
  await rig.owner.query('alter table journal.seals enable always trigger check_seals');
  let began = performance.now();
  await sealRest(rig);
  const seconds = () => (performance.now() - began) / 1000;
  const sealing = seconds();
  const pool = createPool(rig.databaseUrl, {
    role: 'counterfoil_projector',
    max: 3,
    applicationName: 'bench',
  });
  began = performance.now();
  const { looked, findings } = await runCheck(sealsCheck, { pool, parallel: 2, mostFindings: 2 * ACCOUNTS });
  const records = looked.sealed_records!;
  report.add('seals', 'sealed', 'records/s', records / sealing);
  report.add('seals', 'compared with their seals', 'records/s', records / seconds());
  // The benchmark's accounts were not opened by commands.
  if (findings.length > ACCOUNTS) report.note(`seals: ${findings.length} findings`);
  await pool.end();
}
