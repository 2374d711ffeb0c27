import type { Account } from '../rules/account.js';

/**
 * Accounts as this process last saw them after a COMMIT, by number, so that a batch reads only what has changed since:
 * a row of another revision, a newest entry of another transaction. Entries are never changed, so that says it all, but
 * on another timeline of the database's history: then everything is forgotten. The oldest go when there are too many.
 */
export class KnownAccounts {
  private readonly accounts = new Map<string, Account>();
  private timeline: string | undefined;

  constructor(private readonly most: number) {}

  get(no: string): Account | undefined {
    return this.accounts.get(no);
  }

  /** Batches may end in another order than they took effect in: what is newer stays. */
  keepAll(accounts: Iterable<Account>, timeline: string): void {
    if (timeline !== this.timeline) return;
    for (const account of accounts) {
      const known = this.accounts.get(account.no);
      if (known && (known.version > account.version || known.revision > account.revision)) continue;
      this.accounts.set(account.no, account);
      if (this.accounts.size > this.most) this.accounts.delete(this.accounts.keys().next().value!);
    }
  }

  forgetAll(): void {
    this.accounts.clear();
  }

  /** False when what is known was so on another timeline; it is forgotten. */
  holdsOn(timeline: string): boolean {
    if (this.timeline === timeline) return true;
    this.timeline = timeline;
    const knew = this.accounts.size > 0;
    this.accounts.clear();
    return !knew;
  }
}
