import { projections } from '../../projections/projection.js';
import type { Difference } from '../../projections/verify/compare.js';
import { verify } from '../../projections/verify/verify.js';
import type { Check } from './check.js';

/** Every projection, as `counterfoil projections verify` compares it: what is underway is no difference. */
export const readModelCheck: Check = {
  name: 'read-model',
  notHere: ({ standby }) =>
    standby ? 'comparing the read model takes temporary tables, which a standby has not' : undefined,
  async run({ scratch, signal, find, progress }) {
    const names = projections.map(({ name }) => name);
    await verify({
      ...{ pool: scratch, names, repair: false, signal },
      difference: (difference) =>
        find({ check: 'read_model', subject: subjectOf(difference), detail: detailOf(difference) }),
      progress({ projection }, done, total) {
        const before = names.indexOf(projection);
        progress(before + done / Math.max(total, 1), names.length, { projections: before });
      },
    }).catch((error: Error & { code?: string }) => {
      // Of a journal that lacks rows, the projections' own statements can't make what their tables take.
      if (!error.code?.startsWith('23')) throw error;
      find({
        check: 'read_model',
        subject: 'the journal',
        detail: `no read model can be made of it: ${error.message}`,
      });
    });
    return { projections: names.length };
  },
};

function subjectOf({ projection, table, key }: Difference): string {
  const columns = Object.entries(key).map(([name, value]) => `${name}=${value}`);
  return `${projection} ${table} ${columns.join(' ')}`;
}

function detailOf({ journal, readModel }: Difference): string {
  if (!readModel) return 'is missing in the read model';
  if (!journal) return 'is not in the journal';
  const columns = Object.keys(journal).filter((column) => journal[column] !== readModel[column]);
  return columns
    .map((column) => `${column} is ${readModel[column]}, should be ${journal[column]}`)
    .join('; ');
}
