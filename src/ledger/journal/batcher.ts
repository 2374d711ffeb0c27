import { Problem } from '../errors.js';
import { Waiting, type Journal } from './journal.js';
import { Pace } from './pace.js';
import { Parking } from './parking.js';
import { FairQueue } from './queue.js';
import { isAtomic, sizeOf, type Outcome, type Work } from './request.js';

interface Submission {
  principal: string;
  /** When it was put into the queue, the last time. */
  since: number;
  work: Work[];
  /** How many commands. */
  size: number;
  /** Set once it has waited for a lock; it is no longer counted in the queue. */
  giveUpAt?: number;
  resolve: (outcomes: Outcome[]) => void;
  reject: (error: unknown) => void;
}

interface Limits {
  /** Most commands waiting, if they are one principal's; several share it. */
  queueLimit: number;
  /** Most commands of one Postgres transaction (a larger submission still goes as a whole). */
  batchLimit: number;
  /** Batches in flight at once. */
  writers: number;
}

interface Observer {
  batch(size: number): void;
  queue(depth: number): void;
  command(name: string, outcome: Outcome | Problem, seconds: number): void;
}

/**
 * Folds concurrent commands into batches: whatever waits when a writer becomes free, up to a cap, in turns among
 * principals. A lone command waits for nobody.
 */
export class Batcher {
  private readonly waiting = new FairQueue<Submission>();
  private readonly pace = new Pace();
  private queued = 0;
  private busy = 0;
  private closing = false;
  private readonly parking: Parking<Submission>;
  private idle: (() => void) | undefined;

  constructor(
    private readonly journal: Journal,
    private readonly limits: Limits,
    private readonly observe: Observer,
  ) {
    this.parking = new Parking(limits.queueLimit, (submission) => this.takeBack(submission));
  }

  /**
   * The commands take effect in order and together with others in one transaction; each has its own outcome.
   * @throws Problem OVERLOADED, UNAVAILABLE: none took effect (or, lost at COMMIT, a retry finds out)
   */
  async submit(work: Work[]): Promise<Outcome[]> {
    const started = performance.now();
    const observe = (outcomeOf: (index: number) => Outcome | Problem) => {
      const seconds = (performance.now() - started) / 1000;
      work.forEach((item, i) => {
        this.observe.command(isAtomic(item) ? 'bulk' : item.command.command, outcomeOf(i), seconds);
      });
    };
    try {
      const outcomes = await this.enqueue(work);
      observe((index) => outcomes[index]!);
      return outcomes;
    } catch (error) {
      if (error instanceof Problem) observe(() => error);
      throw error;
    }
  }

  async submitOne(work: Work): Promise<Outcome> {
    return (await this.submit([work]))[0]!;
  }

  private enqueue(work: Work[]): Promise<Outcome[]> {
    const size = sizeOf(work);
    if (this.closing) return Promise.reject(new Problem('UNAVAILABLE', 'the service is stopping', {}, 1));
    const { principal } = work[0]!;
    // One that is larger than the queue goes alone, rather than never; who has less than an equal share finds room.
    const full = this.queued > 0 && this.queued + size > this.limits.queueLimit;
    if (full && size > this.waiting.roomFor(principal, this.limits.queueLimit)) {
      return Promise.reject(new Problem('OVERLOADED', `${this.queued} commands are waiting`, {}, 1));
    }
    this.queued += size;
    this.observe.queue(this.queued);
    return new Promise<Outcome[]>((resolve, reject) => {
      const since = performance.now();
      this.waiting.push({ principal, since, work, size, resolve, reject });
      // After this turn of the event loop: requests that arrived together go together.
      if (this.busy < this.limits.writers) setImmediate(() => this.pump());
    });
  }

  /** How long a command of this principal would wait for a writer that came now, in milliseconds. */
  waitOf(principal: string): number {
    if (this.waiting.isEmpty) return 0;
    const ahead = this.waiting.ahead(principal) * this.pace.perCommand;
    return Math.max(ahead, sinceThen(this.waiting.oldest(principal)));
  }

  /** How long the oldest of those that wait now has waited. */
  oldestWait(): number {
    return sinceThen(this.waiting.oldest());
  }

  /** How long the last of those that wait now will have waited. */
  longestWait(): number {
    if (this.waiting.isEmpty) return 0;
    return Math.max(this.waiting.size * this.pace.perCommand, this.oldestWait());
  }

  /** Answers 503 to whoever waits for a lock, now and from now on: nobody knows how long that would take. */
  stopWaiting(): void {
    this.parking.close();
  }

  /** Takes nothing more, and resolves when what was taken is answered. */
  async close(): Promise<void> {
    this.closing = true;
    this.stopWaiting();
    if (!this.isIdle) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private get isIdle(): boolean {
    return this.busy === 0 && this.parking.isEmpty && this.waiting.isEmpty;
  }

  private pump(): void {
    while (this.busy < this.limits.writers && !this.waiting.isEmpty) {
      this.busy++;
      const batch = this.take();
      const began = performance.now();
      void this.run(batch).finally(() => {
        const size = batch.reduce((sum, submission) => sum + submission.size, 0);
        this.pace.batchDone(size, began, performance.now(), !this.waiting.isEmpty);
        this.busy--;
        this.pump();
        if (this.isIdle) this.idle?.();
      });
    }
  }

  private take(): Submission[] {
    const taken = this.waiting.take(this.limits.batchLimit);
    this.queued -= taken.reduce((sum, { size, giveUpAt }) => sum + (giveUpAt ? 0 : size), 0);
    this.observe.queue(this.queued);
    return taken;
  }

  private async run(batch: Submission[]): Promise<void> {
    try {
      const outcomes = await this.append(batch);
      let next = 0;
      for (const { work, resolve } of batch) resolve(outcomes.slice(next, (next += work.length)));
    } catch (error) {
      if (error instanceof Waiting && (error.isKnown || batch.length === 1)) {
        return this.goOnWithout(error, batch);
      }
      // One bad command must not fail its neighbours: each submission is tried by itself.
      if (batch.length === 1 || error instanceof Problem) return batch.forEach(({ reject }) => reject(error));
      for (const submission of batch) await this.run([submission]);
    }
  }

  /** Those that wait for a lock are put aside: they hold no writer, and nobody waits with them. */
  private async goOnWithout(waiting: Waiting, batch: Submission[]): Promise<void> {
    const waits = ({ work }: Submission) => work.some((item) => waiting.work.has(item));
    for (const submission of batch.filter(waits)) this.parking.park(submission, waiting.isKnown);
    const others = batch.filter((submission) => !waits(submission));
    if (others.length > 0) await this.run(others);
  }

  private takeBack(submission: Submission): void {
    submission.since = performance.now();
    this.waiting.push(submission);
    this.pump();
  }

  private append(batch: Submission[]): Promise<Outcome[]> {
    const work = batch.flatMap((submission) => submission.work);
    this.observe.batch(sizeOf(work));
    return this.journal.append(work);
  }
}

function sinceThen(time: number | undefined): number {
  return time === undefined ? 0 : performance.now() - time;
}
