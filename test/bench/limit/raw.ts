import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { findProgram, runProgram } from './programs.js';

/** Bytes of a stored result and of an event: what the service writes for a plain transfer. */
export interface Sizes {
  result: number;
  payload: number;
}

/** What Postgres does when nobody is in between: transfers in plpgsql, measured by pgbench. */
export class Raw {
  constructor(
    private readonly url: string,
    private readonly folder: string,
    private readonly accounts: number,
    private readonly sizes: Sizes,
  ) {}

  async make(client: pg.Client): Promise<void> {
    await client.query(await readFile('test/bench/limit/raw.sql', 'utf8'));
    await client.query('insert into raw.accounts (no) select generate_series(1, $1::int)', [this.accounts]);
    await client.query('vacuum analyze raw.accounts');
  }

  /** One transfer per transaction. @returns transfers a second */
  async single(clients: number, seconds: number, hot = false): Promise<number> {
    const { accounts } = this;
    const script = `\\set debit ${hot ? 1 : `random(1, ${accounts})`}
\\set credit random(1, ${accounts - 1})
\\set credit 1 + (:debit + :credit - 1) % ${accounts}
select raw.transfer(:debit, :credit, 1, ${this.texts});`;
    return this.pgbench(script, clients, seconds);
  }

  /** `size` transfers per transaction. @returns transfers a second */
  async batch(size: number, clients: number, seconds: number, hot = false): Promise<number> {
    const script = `select raw.batch(${size}, ${this.accounts}, ${hot}, ${this.texts});`;
    return size * (await this.pgbench(script, clients, seconds));
  }

  private get texts(): string {
    return `repeat('r', ${this.sizes.result}), repeat('p', ${this.sizes.payload})`;
  }

  private async pgbench(script: string, clients: number, seconds: number): Promise<number> {
    const file = join(this.folder, 'pgbench.sql');
    await writeFile(file, script);
    const threads = Math.min(clients, 2);
    const options = ['-n', '-M', 'prepared', '-c', clients, '-j', threads, '-T', seconds, '-f', file];
    const printed = await runProgram(findProgram('pgbench'), [...options.map(String), this.url]);
    const failed = Number(/number of failed transactions: (\d+)/.exec(printed)?.[1] ?? 0);
    if (failed > 0) throw new Error(printed);
    return Number(/tps = ([\d.]+)/.exec(printed)![1]);
  }
}
