import type pg from 'pg';
import type { PublicKey } from '../seals/key.js';
import type { Finding } from '../finding.js';
import type { Sums } from './journal/sums.js';

/** What was looked at, by what it is: `{ entries: 5000000 }`. */
export type Looked = Record<string, number>;

/** A part of the proof. */
export interface Check {
  name: string;
  /** Why it can't be done here; undefined when it can. */
  notHere?(where: Pick<Context, 'standby' | 'brokers'>): string | undefined;
  run(context: Context): Promise<Looked>;
}

/** What a slice brought. */
export interface Step {
  /** Where the next one begins; null after the last. */
  next: string[] | null;
  looked?: Looked;
  findings?: Finding[];
  /** How many there were, if not all of them are named. */
  found?: number;
  sums?: { of: 'entries' | 'transactions'; by: Map<string, Sums> };
  /** For the progress bar, of the walk's size. */
  done: number;
}

/** Slices one after the other, each begun where the last one ended: a run that was cut off goes on from there. */
export interface Walk {
  name: string;
  /** About what `done` comes to in all. */
  size: number;
  /** @param from null at first */
  step(from: string[] | null): Promise<Step>;
}

/** What checks work with. */
export interface Context {
  /** Read-only sessions as counterfoil_projector; of a standby perhaps. */
  pool: pg.Pool;
  /** The same, and temporary tables besides. */
  scratch: pg.Pool;
  /** True on a server in recovery. */
  standby: boolean;
  /** Nothing more will be recorded with a sequence up to here. */
  horizon: bigint;
  /** So many at once. */
  parallel: number;
  signal: AbortSignal;
  /** Random for each run, the same when it goes on. */
  seed: string;
  /** Most findings that are named. */
  mostFindings: number;
  find(finding: Finding): void;
  /** Runs those that are not done yet, so many at once, and remembers where they are. */
  walk(walks: Walk[]): Promise<Looked>;
  /** Sums over what was walked through, of this run and of those that it goes on with. */
  sums: Record<'entries' | 'transactions', Map<string, Sums>>;
  progress(done: number, total: number, looked: Looked): void;
  /** Whose signature seals must have; any, or none, without it. */
  publicKey: PublicKey | undefined;
  /** Seals that were kept, as `counterfoil seals list --json` prints them. */
  copiesFile: string | undefined;
  /** Of Kafka; none when it isn't told where. */
  brokers: string[];
}
