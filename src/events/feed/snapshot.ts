/**
 * A `pg_snapshot` as Postgres writes it (`xmin:xmax:xip,…`): which transactions had ended. Those below `xmax` had,
 * but for the ones listed.
 */
interface Snapshot {
  xmax: bigint;
  running: bigint[];
}

/**
 * The snapshot without what lies beyond the transaction `newest`. It sees the same rows as long as `newest` is the
 * last whose rows it saw. Ids beyond may belong to transactions of which nothing is on disk: after a crash Postgres
 * gives them out again, and a snapshot that has left the database must not call these ended.
 */
export function cutAfter(snapshot: string, newest: string): string {
  const { running } = parse(snapshot);
  const xmax = BigInt(newest) + 1n;
  return format({ xmax, running: running.filter((xid) => xid < xmax) });
}

/** In few characters, for a cursor: xmax and the distances between those still running. Empty stays empty. */
export function pack(snapshot: string): string {
  if (snapshot === '') return '';
  const { xmax, running } = parse(snapshot);
  return [...running, xmax].map((xid, index, all) => xid - (all[index - 1] ?? 0n)).join('.');
}

/** What `pack` made, as Postgres takes it; undefined for anything else. */
export function unpack(packed: string): string | undefined {
  if (packed === '') return '';
  if (!/^[1-9]\d{0,17}(\.[1-9]\d{0,17})*$/.test(packed)) return undefined;
  const steps = packed.split('.').map(BigInt);
  let sum = 0n;
  const running = steps.map((step) => (sum += step));
  const xmax = running.pop()!;
  return xmax < 2n ** 62n ? format({ xmax, running }) : undefined;
}

function parse(snapshot: string): Snapshot {
  const [, xmax, running] = snapshot.split(':');
  return { xmax: BigInt(xmax!), running: running ? running.split(',').map(BigInt) : [] };
}

function format({ xmax, running }: Snapshot): string {
  return `${running[0] ?? xmax}:${xmax}:${running.join(',')}`;
}
