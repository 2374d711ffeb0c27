import { Problem } from '../errors.js';

/** How long a command may wait for a lock in all. */
const PATIENCE_MS = 15_000;
/** How often it looks: often where looking costs nothing, else seldom, for each look keeps a writer waiting. */
const PAUSE_MS = { known: 200, unknown: 2_000 };

interface Parkable {
  size: number;
  reject(error: unknown): void;
  /** Set once it has waited for a lock: when it is given up. */
  giveUpAt?: number;
}

/** Submissions that wait for a lock, without a writer and outside of the queue. */
export class Parking<T extends Parkable> {
  private readonly timers = new Map<T, NodeJS.Timeout>();
  private commands = 0;
  private closed = false;

  constructor(
    private readonly most: number,
    private readonly again: (submission: T) => void,
  ) {}

  get isEmpty(): boolean {
    return this.timers.size === 0;
  }

  park(submission: T, isKnown: boolean): void {
    const { size } = submission;
    submission.giveUpAt ??= performance.now() + PATIENCE_MS;
    if (this.closed || performance.now() > submission.giveUpAt) return refuse(submission);
    if (this.commands > 0 && this.commands + size > this.most) {
      return submission.reject(new Problem('OVERLOADED', `${this.commands} commands wait for locks`, {}, 1));
    }
    this.commands += size;
    const back = () => {
      this.leave(submission);
      this.again(submission);
    };
    this.timers.set(submission, setTimeout(back, isKnown ? PAUSE_MS.known : PAUSE_MS.unknown));
  }

  /** Refuses all that wait, and whoever comes yet. */
  close(): void {
    this.closed = true;
    for (const [submission, timer] of this.timers) {
      clearTimeout(timer);
      this.leave(submission);
      refuse(submission);
    }
  }

  private leave(submission: T): void {
    this.timers.delete(submission);
    this.commands -= submission.size;
  }
}

function refuse(submission: Parkable): void {
  const detail = 'an account is locked by something else; nothing was recorded';
  submission.reject(new Problem('UNAVAILABLE', detail, {}, 1));
}
