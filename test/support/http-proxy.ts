import { startLink, type Filter, type Link, type Wire } from './link.js';

/** A link between clients and the service that cuts connections in the middle of an answer. */
export interface HttpProxy extends Link {
  /** From now on, for so many times: half of the bytes that come back are passed on, and the connection is cut. */
  cutAnswers(times: number): void;
  /** How many were cut so. */
  readonly cut: number;
}

export async function startHttpProxy(port: number): Promise<HttpProxy> {
  let answers = 0;
  let cut = 0;
  const filter = (wire: Wire): Filter => ({
    down(bytes) {
      if (answers === 0) return bytes;
      answers--;
      cut++;
      wire.client.end(bytes.subarray(0, bytes.length >> 1), wire.cut);
      return undefined;
    },
  });
  const link = await startLink(port, { filter });
  return {
    ...link,
    cutAnswers: (times) => void (answers = times),
    get cut() {
      return cut;
    },
    get received() {
      return link.received;
    },
  };
}
