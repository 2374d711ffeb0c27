import { Command, Help, Option } from 'nest-commander';
import { ApiCommand, type ApiOptions, ledgerPath } from './api.command.js';
import { call } from './client.js';
import { momentOf } from './moment.js';
import type { TrialBalance } from './trial-balance.js';

interface TrialBalanceOptions extends ApiOptions {
  at?: string;
  recordedAt?: string;
  json?: boolean;
}

/** Both times include their own moment, so a bare day is its last one. */
const LAST = '23:59:59.999999';

@Command({ name: 'trial-balance', description: 'Debits and credits by currency and type of account' })
export class TrialBalanceCommand extends ApiCommand {
  async run(_: string[], options: TrialBalanceOptions): Promise<void> {
    const { at, recordedAt } = options;
    const service = this.service(options);
    const query = new URLSearchParams({ ...(at && { at }), ...(recordedAt && { recorded_at: recordedAt }) });
    const { text } = await call(service, {
      method: 'GET',
      path: `${ledgerPath(service)}/trial-balance?${query}`,
    });
    const found = JSON.parse(text) as TrialBalance;
    const { trialBalanceTable, unbalanced } = await import('./trial-balance.js');
    process.stdout.write(options.json ? `${text}\n` : `${trialBalanceTable(found, { at, recordedAt })}\n`);
    const wrong = unbalanced(found);
    if (wrong.length) throw new Error(`debits and credits differ in ${wrong.join(', ')}`);
  }

  @Option({
    flags: '--at <time>',
    description: 'what was effective by this RFC 3339 time or the end of this day',
  })
  at(value: string): string {
    return momentOf('--at', value, LAST);
  }

  @Option({
    flags: '--recorded-at <time>',
    description: 'what was recorded by this RFC 3339 time or the end of this day: not the last 10 seconds',
  })
  recordedAt(value: string): string {
    return momentOf('--recorded-at', value, LAST);
  }

  @Option({ flags: '--json', description: 'as the API gives it (minor units), on one line' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Amounts are in decimals of the currency, balances signed to the type's normal side. Days are those of UTC.

Example:
  counterfoil trial-balance --at 2026-01-31
  counterfoil trial-balance --at 2026-01-31 --recorded-at 2026-02-05   (as it was known on 5 February)

Exit status: 0 shown, 1 refused, or debits and credits differ, 2 wrong usage or service unreachable.`;
  }
}
