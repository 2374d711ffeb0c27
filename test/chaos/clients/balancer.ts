/** Leads each request to the next API: a client behind a balancer doesn't choose. */
export interface Balancer {
  /** Of requests to this address. */
  url: string;
  next(asked: string | URL): { api: string; url: URL };
}

export function createBalancer(urls: string[]): Balancer {
  let turn = 0;
  return {
    url: 'http://balancer',
    next(asked) {
      const number = turn++ % urls.length;
      const { pathname, search } = new URL(asked);
      return { api: `api-${number + 1}`, url: new URL(pathname + search, urls[number]) };
    },
  };
}

/** As a good client does: it tries on with the same key, not for ever. */
export const patience = {
  retry: { attempts: 1_000, firstWaitMs: 30, longestWaitMs: 500, longestRetryAfterMs: 120_000 },
  // Beyond what the service lets a command wait for its database.
  timeoutMs: 25_000,
};
