export interface Page<T> {
  data: T[];
  /** For `cursor`; null at the end. */
  next_cursor: string | null;
}

/** A list, read page by page as it is walked: `for await (const account of client.accounts.list())`. */
export interface Listing<T> extends AsyncIterable<T> {
  /** The first page alone, or the one that the query's `cursor` begins. */
  page(): Promise<Page<T>>;
  pages(): AsyncIterable<Page<T>>;
}

export function listing<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  first: string | undefined,
): Listing<T> {
  async function* pages() {
    let cursor = first;
    do {
      const page = await read(cursor);
      yield page;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }
  async function* rows() {
    for await (const page of pages()) yield* page.data;
  }
  return { page: () => read(first), pages, [Symbol.asyncIterator]: rows };
}
