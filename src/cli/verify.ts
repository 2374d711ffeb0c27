import type pg from 'pg';
import { loadConfig } from '../config.js';
import { recordProof } from '../proof/last-proofs.js';
import { readPublicKey, type PublicKey } from '../proof/seals/key.js';
import { NoState } from '../proof/verify/state.js';
import type { Looked } from '../proof/verify/check.js';
import { checks, NotHere, usual, verify, type Report } from '../proof/verify/verify.js';
import { UsageError } from './api.command.js';
import { withDatabase } from './database.js';
import { clean } from './format.js';
import { durationOf, grouped, startProgress, type Progress } from './progress.js';

interface Verifying {
  only: string[] | undefined;
  /** Parts beside the usual ones. */
  also: string[];
  parallel: number;
  mostFindings: number;
  stateFile: string | undefined;
  publicKeyFile: string | undefined;
  copiesFile: string | undefined;
  record: boolean;
  json: boolean;
}

/** One slice, or all projections' sums at once. */
const STATEMENT_SECONDS = 6 * 3_600;
const NAME = 'counterfoil verify';
/** What full progress counts to. */
const WHOLE = 10_000;

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

export async function verifyNow(options: Verifying): Promise<void> {
  const parts = [...(options.only ?? usual), ...options.also];
  const unknown = parts.find((part) => !checks.some(({ name }) => name === part));
  if (unknown !== undefined)
    throw new UsageError(`${unknown} is not one of: ${checks.map(({ name }) => name).join(', ')}`);
  const { signal, done } = interruptible();
  try {
    const report = await withSessions(options.parallel, (pool, scratch) =>
      proveParts({ ...options, parts, pool, scratch, signal }).catch((error: unknown) => {
        if (signal.aborted) leave(options.stateFile);
        throw error;
      }),
    );
    if (options.record && !report.standby) await remember(report);
    process.stdout.write(`${options.json ? JSON.stringify(report) : describe(report)}\n`);
    if (!report.proven) process.exitCode = 3;
  } catch (error) {
    if (error instanceof NotHere || error instanceof NoState) throw new UsageError(error.message);
    throw error;
  } finally {
    done();
  }
}

/** Without waiting for the statements at hand: Postgres ends them when it finds nobody there. */
function leave(stateFile: string | undefined): never {
  tell(`interrupted${stateFile === undefined ? '' : '; the same command goes on from here'}`);
  process.exit(1);
}

/** How far the part at hand is. */
function shown() {
  let current: { part: string; progress: Promise<Progress> } | undefined;
  const stop = async () => (await current?.progress)?.stop();
  return {
    show(part: string, done: number, total: number, looked: Looked) {
      if (current?.part !== part) {
        void stop();
        const unit = Object.keys(looked)[0] ?? 'rows';
        current = { part, progress: startProgress(WHOLE, `${unit} of ${part}`) };
      }
      const at = total > 0 ? (WHOLE * done) / total : 0;
      void current.progress.then((progress) => progress.show(at, Object.values(looked)[0] ?? 0));
    },
    stop,
  };
}

async function proveParts(
  options: Verifying & { parts: string[]; pool: pg.Pool; scratch: pg.Pool; signal: AbortSignal },
): Promise<Report> {
  const { pool, scratch, parts, parallel, stateFile, mostFindings, signal } = options;
  const bar = shown();
  return verify({
    ...{ pool, scratch, parts, parallel, stateFile, mostFindings, signal },
    publicKey: keyOf(options.publicKeyFile),
    copiesFile: options.copiesFile,
    named: options.only !== undefined || options.also.length > 0,
    brokers: loadConfig().kafkaBrokers,
    began({ resumed, horizon }) {
      if (resumed) tell(`going on with ${stateFile}, up to sequence ${horizon}`);
    },
    progress: bar.show,
  }).finally(bar.stop);
}

/** @throws UsageError */
function keyOf(file: string | undefined): PublicKey | undefined {
  try {
    return file === undefined ? undefined : readPublicKey(file);
  } catch (error) {
    throw new UsageError(`--public-key: ${(error as Error).message}`);
  }
}

async function withSessions<T>(
  parallel: number,
  work: (pool: pg.Pool, scratch: pg.Pool) => Promise<T>,
): Promise<T> {
  const session = {
    role: 'counterfoil_projector',
    name: NAME,
    max: parallel,
    statementSeconds: STATEMENT_SECONDS,
  } as const;
  return withDatabase({ ...session, readOnly: true }, (pool) =>
    withDatabase(session, (scratch) => work(pool, scratch)),
  );
}

async function remember(report: Report): Promise<void> {
  const session = { role: 'counterfoil_app', name: NAME, max: 1 } as const;
  await withDatabase(session, (pool) => recordProof(pool, report)).catch((error: Error) =>
    tell(`the proof could not be recorded, so the metrics don't have it: ${error.message}`),
  );
}

export function describe({ parts, left_out, findings, found, horizon, seconds, standby }: Report): string {
  const lines = findings.map(({ check, subject, detail }) => clean(`${check}: ${subject}: ${detail}`));
  if (found > findings.length) lines.push(`… and ${grouped(found - findings.length)} more (--max-findings)`);
  for (const [part, { looked, findings: wrong, seconds: took }] of Object.entries(parts)) {
    const counts = Object.entries(looked).map(([what, count]) => `${grouped(count)} ${what}`);
    const verdict = wrong === 0 ? 'nothing is wrong' : `${grouped(wrong)} findings`;
    lines.push(`${part}: ${counts.join(', ')}; ${verdict} (${durationOf(took * 1000)})`);
  }
  for (const [part, reason] of Object.entries(left_out)) lines.push(`${part}: left out, since ${reason}`);
  const where = `up to sequence ${grouped(Number(horizon))}${standby ? ', on a standby' : ''}`;
  lines.push(`${found === 0 ? 'proven' : 'NOT proven'} ${where}, in ${durationOf(seconds * 1000)}`);
  return lines.join('\n');
}

/** Ctrl-C ends it once its state is written; a statement may still be at work for somewhat. */
function interruptible(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  return {
    signal: controller.signal,
    done: () => (['SIGINT', 'SIGTERM'] as const).forEach((name) => void process.off(name, stop)),
  };
}
