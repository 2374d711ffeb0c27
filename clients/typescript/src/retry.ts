/** How a call is tried again; every wait is in milliseconds. */
export interface RetryOptions {
  /** Attempts in all, the first one included. */
  attempts: number;
  /** The first wait is anywhere up to this, each later one up to the double of the one before. */
  firstWaitMs: number;
  longestWaitMs: number;
  /** A `Retry-After` beyond this is not waited for: the error is thrown at once. */
  longestRetryAfterMs: number;
}

export const retryDefaults: RetryOptions = {
  attempts: 5,
  firstWaitMs: 100,
  longestWaitMs: 5_000,
  longestRetryAfterMs: 60_000,
};

/** Full jitter: anywhere from nothing to the doubled-up limit, so that clients don't return in step. */
export function backOffMs(
  tried: number,
  { firstWaitMs, longestWaitMs }: RetryOptions,
  random = Math.random,
): number {
  return random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (tried - 1));
}

/** `Retry-After` in seconds or as a date; undefined when it says nothing. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

/** @throws the signal's reason when it is aborted meanwhile */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
