import { Command, Help, Option } from 'nest-commander';
import { ApiCommand, type ApiOptions, ledgerPath, UsageError } from './api.command.js';
import type { Account } from './balances.js';
import { call, type Service } from './client.js';

interface BalancesOptions extends ApiOptions {
  type?: string;
  currency?: string;
  idPrefix?: string;
  json?: boolean;
}

const types = ['asset', 'liability', 'equity', 'revenue', 'expense'];

@Command({ name: 'balances', description: 'What every account holds, with totals per currency' })
export class BalancesCommand extends ApiCommand {
  async run(_: string[], options: BalancesOptions): Promise<void> {
    const found: Account[] = [];
    for await (const page of pagesOf(this.service(options), options)) {
      if (options.json) page.forEach((account) => process.stdout.write(`${JSON.stringify(account)}\n`));
      else found.push(...page);
    }
    if (options.json) return;
    const { balancesTable } = await import('./balances.js');
    process.stdout.write(found.length ? `${balancesTable(found)}\n` : 'no accounts\n');
  }

  @Option({ flags: '--type <type>', description: `only accounts of this type: ${types.join(', ')}` })
  type(value: string): string {
    if (!types.includes(value)) throw new UsageError(`--type ${value} is not one of: ${types.join(', ')}`);
    return value;
  }

  @Option({ flags: '--currency <code>', description: 'only this currency' })
  currency(value: string): string {
    return value;
  }

  @Option({ flags: '--id-prefix <text>', description: 'only accounts whose id begins so' })
  idPrefix(value: string): string {
    return value;
  }

  @Option({ flags: '--json', description: 'one JSON object a line, as the API gives it (minor units)' })
  json(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Amounts are in decimals of the currency, signed to the account's normal side.

Example:
  counterfoil balances --type asset --currency USD
  counterfoil balances --id-prefix Assets: --json | jq -r '[.id, .balances.posted.balance] | @tsv'

Exit status: 0 shown, 1 refused, 2 wrong usage or service unreachable.`;
  }
}

async function* pagesOf(service: Service, options: BalancesOptions): AsyncGenerator<Account[]> {
  const query = new URLSearchParams({ limit: '1000' });
  if (options.type) query.set('type', options.type);
  if (options.currency) query.set('currency', options.currency);
  if (options.idPrefix) query.set('id_prefix', options.idPrefix);
  for (;;) {
    const { text } = await call(service, { method: 'GET', path: `${ledgerPath(service)}/accounts?${query}` });
    const page = JSON.parse(text) as { data: Account[]; next_cursor: string | null };
    yield page.data;
    if (!page.next_cursor) return;
    query.set('cursor', page.next_cursor);
  }
}
