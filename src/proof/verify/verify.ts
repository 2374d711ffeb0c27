import type pg from 'pg';
import type { Finding } from '../finding.js';
import type { PublicKey } from '../seals/key.js';
import type { Check, Context, Looked, Step, Walk } from './check.js';
import { horizonOf } from './horizon.js';
import { journalCheck } from './journal/journal.js';
import { addTo } from './journal/sums.js';
import { outboxCheck } from './outbox.js';
import { readModelCheck } from './read-model.js';
import { sealsCheck } from './seals/seals.js';
import { databaseOf, keeperOf, newState, readState, type Part, type State } from './state.js';
import { topicCheck } from './topic.js';
import { addLooked, runWalks } from './walks.js';

/** The parts of a proof, in the order in which they are done. */
export const checks: Check[] = [journalCheck, outboxCheck, readModelCheck, sealsCheck, topicCheck];

/** Done when nothing else is asked for. */
export const usual = ['journal', 'outbox', 'read-model'];

export interface VerifyOptions {
  /** Read-only sessions as counterfoil_projector, `parallel` of them. */
  pool: pg.Pool;
  /** The same, for what takes temporary tables. */
  scratch: pg.Pool;
  /** Names of checks. */
  parts: string[];
  /** What can't be done here is an error; else it is left out. */
  named: boolean;
  parallel: number;
  /** Goes on with what is in it; written after slices, gone at the end. */
  stateFile?: string | undefined;
  mostFindings: number;
  signal: AbortSignal;
  /** Whose signature seals must have. */
  publicKey?: PublicKey | undefined;
  /** Seals that were kept elsewhere. */
  copiesFile?: string | undefined;
  /** For what reads topics. */
  brokers: string[];
  began: (told: { resumed: boolean; horizon: bigint }) => void;
  progress: (part: string, done: number, total: number, looked: Looked) => void;
}

/** What `--json` prints. */
export interface Report {
  /** Everything that is here to be looked at was, and nothing differs. */
  proven: boolean;
  /** Sequences up to here. */
  horizon: string;
  began_at: string;
  finished_at: string;
  seconds: number;
  standby: boolean;
  parts: Record<string, Part>;
  /** Parts that can't be done here, with the reason. */
  left_out: Record<string, string>;
  /** How many there are; `findings` names the first of them. */
  found: number;
  findings: Finding[];
}

/** A part that was asked for can't be done here. */
export class NotHere extends Error {}

/**
 * Proves what is asked for of what is recorded when it begins, while others go on recording.
 * @throws NotHere; NoState; what the signal was aborted with
 */
export async function verify(options: VerifyOptions): Promise<Report> {
  const { pool, stateFile, signal } = options;
  const { rows } = await pool.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
  const { standby } = rows[0]!;
  const { chosen, leftOut } = choose(options, standby);
  const how = [options.publicKey?.id, options.copiesFile].filter((each) => each !== undefined);
  const scope = [await databaseOf(pool), ...chosen.map(({ name }) => name), ...how].join(' ');
  const known = stateFile === undefined ? undefined : readState(stateFile, scope);
  const state = known ?? newState(scope, await horizonOf(pool, standby));
  options.began({ resumed: known !== undefined, horizon: BigInt(state.horizon) });
  const keeper = keeperOf(stateFile, state);
  const [began, before] = [performance.now(), state.seconds];
  const clock = () => (state.seconds = before + (performance.now() - began) / 1000);
  const changed = () => {
    clock();
    keeper.soon();
  };
  try {
    for (const check of chosen.filter(({ name }) => !state.parts[name])) {
      signal.throwIfAborted();
      await prove(check, options, { state, standby, changed });
      clock();
      await keeper.now();
    }
  } catch (error) {
    clock();
    await keeper.now();
    throw error;
  }
  await keeper.remove();
  const { parts, findings, found, horizon, beganAt, seconds } = state;
  return {
    ...{ proven: found === 0, horizon, began_at: beganAt, finished_at: new Date().toISOString(), seconds },
    ...{ standby, parts, left_out: leftOut, found, findings },
  };
}

function choose({ parts, named, brokers }: VerifyOptions, standby: boolean) {
  const leftOut: Record<string, string> = {};
  const chosen = checks.filter((check) => {
    if (!parts.includes(check.name)) return false;
    const reason = check.notHere?.({ standby, brokers });
    if (reason === undefined) return true;
    if (named) throw new NotHere(`${check.name}: ${reason}`);
    leftOut[check.name] = reason;
    return false;
  });
  return { chosen, leftOut };
}

interface Underway {
  state: State;
  standby: boolean;
  changed: () => void;
}

/** What a part finds on its walks is kept with where these are; the rest when it is done, since it would be found again. */
async function prove(check: Check, options: VerifyOptions, underway: Underway): Promise<void> {
  const { state } = underway;
  const began = performance.now();
  const late: Finding[] = [];
  const looked = await check.run({
    ...contextOf(check, options, underway),
    find: (finding) => late.push(finding),
  });
  for (const finding of late) note(state, finding, options.mostFindings);
  const prefix = `${check.name} `;
  const walked = Object.entries(state.walks).filter(([name]) => name.startsWith(prefix));
  const findings = walked.reduce((sum, [, walk]) => sum + walk.found, late.length);
  state.parts[check.name] = { looked, findings, seconds: (performance.now() - began) / 1000 };
}

function note(state: State, finding: Finding, most: number): void {
  state.found += 1;
  if (state.findings.length < most) state.findings.push(finding);
}

function contextOf(
  check: Check,
  options: VerifyOptions,
  { state, standby, changed }: Underway,
): Omit<Context, 'find'> {
  const { pool, scratch, parallel, signal, mostFindings, publicKey, copiesFile, brokers } = options;
  const nameOf = (walk: Walk) => `${check.name} ${walk.name}`;
  return {
    ...{ pool, scratch, standby, parallel, signal, mostFindings, publicKey, copiesFile, brokers },
    horizon: BigInt(state.horizon),
    seed: state.seed,
    sums: state.sums,
    progress: (done, total, looked) => options.progress(check.name, done, total, looked),
    async walk(walks) {
      const total = walks.reduce((sum, { size }) => sum + size, 0);
      const looked = () => lookedIn(state, walks.map(nameOf));
      await runWalks(walks, parallel, signal, {
        from: (walk) => state.walks[nameOf(walk)]?.next,
        taken(walk, step) {
          takeStep(state, nameOf(walk), step, mostFindings);
          const done = walks.reduce((sum, each) => sum + (state.walks[nameOf(each)]?.done ?? 0), 0);
          options.progress(check.name, Math.min(done, total), total, looked());
          changed();
        },
      });
      return looked();
    },
  };
}

/** Where the walk is, what it found and what it added up change together: the state is never written in between. */
function takeStep(state: State, name: string, step: Step, most: number): void {
  const { next, done, looked, findings = [], found = findings.length, sums } = step;
  const walk = (state.walks[name] ??= { next: [], done: 0, looked: {}, found: 0 });
  walk.next = next;
  walk.done += done;
  walk.found += found;
  addLooked(walk.looked, looked);
  if (sums) addTo(state.sums[sums.of], sums.by);
  for (const finding of findings) note(state, finding, most);
  state.found += found - findings.length;
}

function lookedIn(state: State, names: string[]): Looked {
  const looked: Looked = {};
  for (const name of names) addLooked(looked, state.walks[name]?.looked);
  return looked;
}
