import { measureRebuild } from '../../rebuild.js';
import { ACCOUNTS, type Bench } from '../bed.js';

/** All projections anew from a journal of a million entries. */
export async function rebuild({ options, report }: Bench): Promise<void> {
  const entries = options.quick ? 200_000 : 1_000_000;
  const { perSecond, seconds, memory } = await measureRebuild(entries, ACCOUNTS, 4);
  const more = `${entries} in ${seconds.toFixed(1)} s, ${memory.most.toFixed(0)} MB at most`;
  report.add('rebuild', 'rebuild', 'entries/s', perSecond, more);
}
