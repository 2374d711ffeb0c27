/** How much a batch weighs against all before it. */
const WEIGHT = 0.2;

/**
 * How fast commands are recorded when they must wait for each other, learnt from the batches. Times are milliseconds
 * of the caller's clock.
 */
export class Pace {
  private commands = 0;
  private ms = 0;
  private since: number | undefined;

  /** Milliseconds a command; 0 as long as nothing ever had to wait. */
  get perCommand(): number {
    return this.commands > 0 ? this.ms / this.commands : 0;
  }

  /** @param waiting whether others wait when the batch is done, so that the next one shows how fast it goes */
  batchDone(size: number, began: number, now: number, waiting: boolean): void {
    if (this.since !== undefined) {
      this.commands += WEIGHT * (size - this.commands);
      this.ms += WEIGHT * (now - this.since - this.ms);
    } else if (size * this.ms > this.commands * (now - began)) {
      // Nobody had to wait, so it could be faster than this, but is not slower.
      this.commands = size;
      this.ms = now - began;
    }
    this.since = waiting ? now : undefined;
  }
}
