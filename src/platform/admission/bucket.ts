/**
 * Tokens, so many more a second up to the burst. One is needed to begin; what turns out to cost more is taken all the
 * same, and the debt is paid off by waiting. Times are milliseconds of the caller's clock.
 */
export class TokenBucket {
  private tokens = Infinity;
  private at = 0;

  /** Seconds until one can begin; 0: now. */
  wait({ rate, burst }: { rate: number; burst: number }, now: number): number {
    this.tokens = Math.min(burst, this.tokens + ((now - this.at) / 1000) * rate);
    this.at = now;
    return this.tokens >= 1 ? 0 : (1 - this.tokens) / rate;
  }

  take(tokens: number): void {
    this.tokens -= tokens;
  }
}
