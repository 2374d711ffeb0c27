import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config.js';
import { Problem, type Code } from '../../ledger/errors.js';
import { TokenBucket } from './bucket.js';
import { Gate } from './gate.js';
import { secondsToMidnight, type Quotas } from './quotas.js';
import { patienceOf, type Kind, type Urgency } from './urgency.js';

/** Provider of an Admission. */
export const ADMISSION = Symbol('ADMISSION');

/** Most readers of history at once: they take Postgres' time, and ours, from money. */
const MOST_HISTORY = 4;

/** What its line of the tokens file grants a principal; what isn't there is as the settings say. */
export interface Limits {
  /** The most urgent that its requests may be. */
  urgency?: Urgency;
  /** Requests and commands a second; 0: any number. */
  rate?: number;
  burst?: number;
  /** Commands a UTC day, in all processes together. */
  quota?: number;
}

export interface Principal {
  name: string;
  limits: Limits;
}

/** What waits for a writer; milliseconds. */
export interface Load {
  /** How long a command of this principal would wait that came now. */
  waitOf(principal: string): number;
  /** How long anybody's would at most. */
  longestWait(): number;
}

export interface Refusal {
  reason: 'overloaded' | 'rate' | 'quota';
  code: Code;
  detail: string;
  /** Whole seconds. */
  retryAfter: number;
}

interface Settings extends Pick<Config, 'maxWaitMs' | 'rateLimit' | 'rateBurst'> {
  load: Load;
  quotas: Quotas;
  now?: () => number;
}

/** Decides who comes in before anything else is done for a request, and counts what it costs. */
export class Admission {
  private readonly known = new Map<string, { bucket: TokenBucket; limits: Limits }>();
  private readonly history: Gate;
  private readonly now: () => number;

  constructor(private readonly settings: Settings) {
    this.history = new Gate(MOST_HISTORY, settings.maxWaitMs);
    this.now = settings.now ?? (() => performance.now());
  }

  /** Undefined: it comes in, and has cost 1. */
  refusalOf({ name, limits }: Principal, kind: Kind, urgency: Urgency): Refusal | undefined {
    const { load, maxWaitMs } = this.settings;
    const known = this.knownOf(name);
    known.limits = limits;
    const refusal = this.limitedOf(name, kind === 'command');
    if (refusal) return refusal;
    const wait = kind === 'command' ? load.waitOf(name) : load.longestWait();
    if (wait > patienceOf(urgency, maxWaitMs)) return overloaded(wait);
    if (this.rateOf(limits)) known.bucket.take(1);
    if (kind === 'command' && limits.quota) this.settings.quotas.count(name, 1);
    return undefined;
  }

  /** More commands of a request than the one that it has paid for by coming in. */
  charge(name: string, commands: number): void {
    const { bucket, limits } = this.knownOf(name);
    if (this.rateOf(limits)) bucket.take(commands);
    if (limits.quota) this.settings.quotas.count(name, commands);
  }

  /**
   * Waits until the principal's rate allows for more.
   * @throws Problem RATE_LIMITED when its quota is used up: that would take too long
   */
  async turn(name: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const refusal = this.limitedOf(name, true);
      if (!refusal) return;
      if (refusal.reason === 'quota') throw problemOf(refusal);
      await sleep(Math.ceil(this.rateWait(name) * 1000), undefined, { signal });
    }
  }

  /** When there is room for another reader of history; whoever was let in calls `leaveHistory` once. */
  async enterHistory(name: string, urgency: Urgency): Promise<Refusal | undefined> {
    if (await this.history.enter(name, urgency)) return undefined;
    return { ...overloaded(this.settings.maxWaitMs), detail: 'too many read history at once' };
  }

  leaveHistory(): void {
    this.history.leave();
  }

  private knownOf(name: string) {
    let known = this.known.get(name);
    if (!known) this.known.set(name, (known = { bucket: new TokenBucket(), limits: {} }));
    return known;
  }

  private limitedOf(name: string, isCommand: boolean): Refusal | undefined {
    const { quota } = this.knownOf(name).limits;
    if (isCommand && quota && this.settings.quotas.used(name) >= quota) {
      const detail = `the quota of ${quota} commands a day (UTC) is used up`;
      return { reason: 'quota', code: 'RATE_LIMITED', detail, retryAfter: secondsToMidnight() };
    }
    const wait = this.rateWait(name);
    if (wait === 0) return undefined;
    const detail = `more than ${this.rateOf(this.knownOf(name).limits)!.rate} a second`;
    return { reason: 'rate', code: 'RATE_LIMITED', detail, retryAfter: Math.ceil(wait) };
  }

  /** Seconds. */
  private rateWait(name: string): number {
    const { bucket, limits } = this.knownOf(name);
    const rate = this.rateOf(limits);
    return rate ? bucket.wait(rate, this.now()) : 0;
  }

  private rateOf(limits: Limits): { rate: number; burst: number } | undefined {
    const { rateLimit, rateBurst } = this.settings;
    const rate = limits.rate ?? rateLimit;
    if (rate === 0) return undefined;
    return { rate, burst: limits.burst ?? (limits.rate === undefined && rateBurst ? rateBurst : rate) };
  }
}

function overloaded(waitMs: number): Refusal {
  const detail = 'more commands wait than can be recorded soon';
  return { reason: 'overloaded', code: 'OVERLOADED', detail, retryAfter: Math.ceil(waitMs / 1000) || 1 };
}

export function problemOf({ code, detail, retryAfter }: Refusal): Problem {
  return new Problem(code, detail, {}, retryAfter);
}
