import type pg from 'pg';
import { nameIn } from './batch.js';
import { lockedBy, type Request } from './request.js';
import { accountNumbers } from './sql.js';

/**
 * Account names → numbers, kept once seen after a COMMIT; absence never is. Only ever a short cut: what isn't
 * remembered is asked for, and the oldest is forgotten when there are too many.
 */
export class AccountNumbers {
  private readonly numbers = new Map<string, string>();

  constructor(private readonly most: number) {}

  /** The numbers, by name, of those accounts of the batch that exist. */
  async of(client: pg.PoolClient | pg.Pool, requests: Request[]): Promise<Map<string, string>> {
    const numbers = new Map<string, string>();
    const missing = new Map<string, [string, string]>();
    for (const request of requests) {
      const { ledger } = request;
      for (const id of lockedBy(request)) {
        const name = nameIn(ledger, id);
        const known = this.numbers.get(name);
        if (known === undefined) missing.set(name, [ledger, id]);
        else numbers.set(name, known);
      }
    }
    if (missing.size === 0) return numbers;
    const names = [...missing.values()];
    const { rows } = await client.query<{ no: string; ledger: string; id: string }>({
      name: 'account_numbers',
      text: accountNumbers,
      values: [names.map(([ledger]) => ledger), names.map(([, id]) => id)],
    });
    for (const row of rows) {
      numbers.set(nameIn(row.ledger, row.id), row.no);
      this.remember(row);
    }
    return numbers;
  }

  /** The same, when all of them are remembered. */
  known(requests: Request[]): Map<string, string> | undefined {
    const numbers = new Map<string, string>();
    for (const request of requests) {
      for (const id of lockedBy(request)) {
        const name = nameIn(request.ledger, id);
        const no = this.numbers.get(name);
        if (no === undefined) return undefined;
        numbers.set(name, no);
      }
    }
    return numbers;
  }

  remember({ ledger, id, no }: { ledger: string; id: string; no: string }): void {
    this.numbers.set(nameIn(ledger, id), no);
    if (this.numbers.size > this.most) this.numbers.delete(this.numbers.keys().next().value!);
  }

  forget(name: string): void {
    this.numbers.delete(name);
  }
}
