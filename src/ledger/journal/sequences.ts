import type pg from 'pg';

/** Sequences are drawn before the clock is read and clocks get corrected, but never by so much. */
const CLOCKS_AGREE = `interval '1 hour'`;
/** Sequences are not looked for more closely than this. */
const CLOSE = 10_000n;

/** The greatest sequence of what is recorded and committed; 0 when nothing is. */
export async function newestSequence(client: Pick<pg.ClientBase, 'query'>): Promise<bigint> {
  const { rows } = await client.query<{ newest: string }>(
    `select greatest((select coalesce(max(sequence), 0) from journal.transactions),
                     (select coalesce(max(sequence), 0) from journal.account_changes),
                     (select coalesce(max(sequence), 0) from journal.annotations),
                     (select coalesce(max(sequence), 0) from journal.seals)) as newest`,
  );
  return BigInt(rows[0]!.newest);
}

/**
 * `after` < sequence ≤ `through` holds all that was recorded from `from` on and before `to` (undefined: no bound), and
 * some more: by bisection, since recorded times run with the sequences but for what clocks differ.
 */
export async function sequencesOf(
  client: pg.ClientBase,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Promise<{ after: bigint; through: bigint }> {
  const newest = await newestSequence(client);
  let [after, through] = [0n, newest];
  if (from !== undefined) {
    after = await bisect(newest, (middle) => isBefore(client, middle, from));
  }
  if (to !== undefined) {
    through = newest - (await bisect(newest, (back) => isAfter(client, newest - back, to)));
  }
  return { after, through };
}

/** Whether all up to a sequence was recorded before a time, as far as the next transaction tells. */
async function isBefore(client: pg.ClientBase, sequence: bigint, time: string): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `select recorded_at < $2::timestamptz - ${CLOCKS_AGREE} as is
     from journal.transactions where sequence > $1 order by sequence limit 1`,
    [sequence, time],
  );
  return rows[0]?.is ?? false;
}

/** Whether all beyond a sequence was recorded after a time, as far as the transaction up to it tells. */
async function isAfter(client: pg.ClientBase, sequence: bigint, time: string): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `select recorded_at > $2::timestamptz + ${CLOCKS_AGREE} as is
     from journal.transactions where sequence <= $1 order by sequence desc limit 1`,
    [sequence, time],
  );
  return rows[0]?.is ?? false;
}

/** The greatest number up to `most` for which it holds, or a little less; 0 is not asked for. */
async function bisect(most: bigint, holds: (middle: bigint) => Promise<boolean>): Promise<bigint> {
  let [low, high] = [0n, most];
  while (high - low > CLOSE) {
    const middle = (low + high) / 2n;
    if (await holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
