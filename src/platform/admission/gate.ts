import type { Urgency } from './urgency.js';

/** Most that wait; whoever is the least urgent beyond that is refused. */
const MOST_WAITING = 1_000;

interface Waiting {
  principal: string;
  rank: number;
  answer: (come: boolean) => void;
}

/**
 * At most so many at once. The others wait, the most urgent first, and among equals whoever has the fewest waiting.
 */
export class Gate {
  private readonly waiting: Waiting[] = [];
  private inside = 0;

  constructor(
    private readonly most: number,
    private readonly patienceMs: number,
  ) {}

  /** Whether to come in; who did calls `leave`. */
  enter(principal: string, urgency: Urgency): Promise<boolean> {
    if (this.inside < this.most) {
      this.inside++;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const own = this.waiting.filter((other) => other.principal === principal).length;
      const one: Waiting = { principal, rank: urgency * MOST_WAITING + own, answer };
      const timer = setTimeout(() => this.refuse(one), this.patienceMs);
      function answer(come: boolean) {
        clearTimeout(timer);
        resolve(come);
      }
      const before = this.waiting.findIndex(({ rank }) => rank > one.rank);
      this.waiting.splice(before < 0 ? this.waiting.length : before, 0, one);
      if (this.waiting.length > MOST_WAITING) this.refuse(this.waiting.at(-1)!);
    });
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next.answer(true);
    else this.inside--;
  }

  private refuse(one: Waiting): void {
    this.waiting.splice(this.waiting.indexOf(one), 1);
    one.answer(false);
  }
}
