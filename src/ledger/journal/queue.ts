export interface Queued {
  principal: string;
  /** How many commands. */
  size: number;
  /** When it began to wait, in milliseconds of the caller's clock. */
  since: number;
}

interface Lane<T> {
  principal: string;
  items: T[];
  /** Those before it are taken. */
  next: number;
  size: number;
  /** Commands it may still have taken in its turn; what is too large for one turn saves up for it. */
  credit: number;
  /** Whether its turn was cut short for want of room, and goes on without a new one. */
  goesOn: boolean;
}

/** Commands a principal has taken in a turn. */
const QUANTUM = 16;

/**
 * What waits, a lane for each principal: first come, first served within one, and in turns among them (deficit round
 * robin by number of commands). Whoever sends much lengthens only its own lane.
 */
export class FairQueue<T extends Queued> {
  private lanes = new Map<string, Lane<T>>();
  private total = 0;

  /** How many commands wait. */
  get size(): number {
    return this.total;
  }

  get isEmpty(): boolean {
    return this.lanes.size === 0;
  }

  push(item: T): void {
    const { principal, size } = item;
    const lane = this.lanes.get(principal);
    if (lane) {
      lane.items.push(item);
      lane.size += size;
    } else this.lanes.set(principal, { principal, items: [item], next: 0, size, credit: 0, goesOn: false });
    this.total += size;
  }

  /** Those whose turn it is, up to so many commands; one that is larger comes alone, rather than never. */
  take(limit: number): T[] {
    const taken: T[] = [];
    // There is no room for what comes next of these: they begin the next batch.
    const aside: Lane<T>[] = [];
    let room = limit;
    while (room > 0 && this.lanes.size > 0) {
      const lane: Lane<T> = this.lanes.values().next().value!;
      this.lanes.delete(lane.principal);
      let credit = this.lanes.size === 0 ? Infinity : lane.credit + (lane.goesOn ? 0 : QUANTUM);
      let item = lane.items[lane.next];
      while (item && item.size <= credit && (item.size <= room || taken.length === 0)) {
        taken.push(item);
        credit -= item.size;
        room -= item.size;
        lane.size -= item.size;
        item = lane.items[++lane.next];
      }
      if (!item) continue;
      // Alone, it would have got anything: it only lacked room, and has it next time whoever comes.
      lane.credit = credit === Infinity ? item.size : credit;
      forgetTaken(lane);
      lane.goesOn = item.size <= credit;
      if (lane.goesOn) aside.push(lane);
      else this.lanes.set(lane.principal, lane);
    }
    if (aside.length > 0) {
      this.lanes = new Map([...aside, ...this.lanes.values()].map((lane) => [lane.principal, lane]));
    }
    this.total -= limit - room;
    return taken;
  }

  /** When the principal's oldest began to wait, or anybody's; undefined while none does. */
  oldest(principal?: string): number | undefined {
    if (principal !== undefined) return headOf(this.lanes.get(principal))?.since;
    let oldest: number | undefined;
    for (const lane of this.lanes.values()) {
      const { since } = headOf(lane)!;
      if (oldest === undefined || since < oldest) oldest = since;
    }
    return oldest;
  }

  /** What is left of the principal's equal share of so many. */
  roomFor(principal: string, limit: number): number {
    const own = this.lanes.get(principal);
    return limit / (this.lanes.size + (own ? 0 : 1)) - (own?.size ?? 0);
  }

  /** How many commands would be taken before one of the principal that came now. */
  ahead(principal: string): number {
    const own = this.lanes.get(principal)?.size ?? 0;
    if (own === this.total) return own;
    let ahead = 0;
    for (const { size } of this.lanes.values()) ahead += Math.min(size, own + QUANTUM);
    return ahead;
  }
}

function headOf<T>(lane: Lane<T> | undefined): T | undefined {
  return lane?.items[lane.next];
}

/** Now and then, so that taking costs no more than what is taken. */
function forgetTaken<T>(lane: Lane<T>): void {
  if (lane.next < 1_000 || lane.next * 2 < lane.items.length) return;
  lane.items = lane.items.slice(lane.next);
  lane.next = 0;
}
